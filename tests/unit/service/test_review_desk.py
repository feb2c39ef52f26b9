from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.unit.service.test_proposing import step_of, wish_in
from tests.unit.service.test_review_drafts import proposed

from pictured.errors import FileError, TooLarge, UsageError
from pictured.flow import Picture
from pictured.service.library import Library
from pictured.service.proposing import propose_copy
from pictured.service.review_desk import Desk
from pictured.service.review_page import path_of
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Photo = Callable[[str], Image.Image]
Index = Callable[..., Picture]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


def desk(library: Library, workers: Workers) -> Desk:
    return Desk(lambda: Library(library.db), workers)


def number_of(library: Library, tmp_path: Path, original: Picture, query: Picture | None = None) -> int:
    step = step_of(original, None if query is None else query.path, tmp_path)
    found = propose_copy(library, step, wish_in(tmp_path))
    assert found is not None
    return found.id


def test_every_pixel_of_what_is_on_the_page_and_of_nothing_else(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee"))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=120), asking=True)
    index(draw(tmp_path / "l/other.jpg", "rocket"))
    number = number_of(library, tmp_path, original, query)

    async def scenario(workers: Workers) -> None:
        looked = desk(library, workers)
        with pytest.raises(UsageError, match="not on the page"):
            await looked.full(number, 0)
        await looked.drawn()
        assert len(await looked.full(number, 0)) == 54 + 600 * 400 * 3
        assert await looked.full(number, 1) == await looked.full(number, 1)
        assert (await looked.compared(number, 1))["at"] == [1, 0, 0, 1, 0, 0]
        for place in (-1, 2):
            with pytest.raises(UsageError):
                await looked.full(number, place)
        for place in (-1, 0, 2):
            with pytest.raises(UsageError, match="laid on each other"):
                await looked.compared(number, place)
        await looked.drawn()
        original.path.unlink()
        with pytest.raises(FileError):
            await looked.full(number, 0)

    with_workers(scenario)


def burst(folder: Path, photo: Photo, index: Index) -> Picture:
    """A picture, two worse copies of it, one of them elsewhere, and another frame, in which a cat has moved."""
    frames = (
        ("l/a", (200, 150), 95),
        ("l/copy", (200, 150), 60),
        ("elsewhere/copy", (200, 150), 50),
        ("l/other", (212, 146), 90),
    )
    for name, place, quality in frames:
        frame = photo("coffee").copy()
        frame.paste(photo("chelsea").crop((150, 60, 220, 120)), place)
        (folder / name).parent.mkdir(exist_ok=True)
        frame.save(folder / f"{name}.jpg", quality=quality)
        index(folder / f"{name}.jpg")
    return index(folder / "l/a.jpg")


def test_copies_are_confirmed_at_full_size_before_they_are_offered(
    tmp_path: Path, library: Library, photo: Photo, index: Index, with_workers: Run
) -> None:
    original = burst(tmp_path, photo, index)
    number = number_of(library, tmp_path, original)

    async def scenario(workers: Workers) -> dict[str, dict[str, bool]]:
        looked = desk(library, workers)
        await looked.drawn()
        told = (await looked.copies(number))["members"]
        card = looked._card(number)  # noqa: SLF001
        return {
            str(path_of(card.facts["members"][int(place)]["key"]).relative_to(tmp_path)): each
            for place, each in told.items()
        }

    assert with_workers(scenario) == {
        "l/copy.jpg": {"agreed": True, "choice": True},
        "elsewhere/copy.jpg": {"agreed": True, "choice": False},
        "l/other.jpg": {"agreed": False, "choice": False},
    }


def test_of_what_is_too_large_to_be_shown_whole_a_part_is(
    tmp_path: Path, library: Library, photo: Photo, draw: Draw, index: Index, with_workers: Run
) -> None:
    (tmp_path / "l").mkdir()
    photo("coffee").resize((6030, 4020)).save(tmp_path / "l/large.jpg", quality=60)
    original = index(tmp_path / "l/large.jpg")
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=300), asking=True)
    number = number_of(library, tmp_path, original, query)

    async def scenario(workers: Workers) -> None:
        looked = desk(library, workers)
        await looked.drawn()
        part = (await looked.compared(number, 1))["part"]["1"]
        ours, theirs = part["t"]
        assert ours["w"] == ours["h"] == 2048
        assert 102 <= theirs["w"] <= 106
        with pytest.raises(TooLarge, match="no more than 24 are shown"):
            await looked.full(number, 0)

    with_workers(scenario)


def test_the_result_of_a_rule_takes_the_place_of_what_was_not_made_yet(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    number = proposed(library, picture, tmp_path / "web").id

    async def scenario(workers: Workers) -> None:
        looked = desk(library, workers)
        await looked.drawn()
        with pytest.raises(UsageError):
            await looked.full(number, 1)
        told = await looked.draft(number)
        assert [each["w"] for each in told["pictures"]["p"]] == [300, 150]
        assert told["card"]["proposal"]["entry"] == "rules/web"
        assert len(await looked.full(number, 1)) == 54 + 150 * 100 * 3 + 100 * 2
        assert (await looked.compared(number, 1))["at"] == [1, 0, 0, 1, 0, 0]
        with pytest.raises(UsageError, match="no proposal 99"):
            await looked.draft(99)
        looked.close()

    with_workers(scenario)
