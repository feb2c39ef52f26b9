from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictured.flow import Kind, Match, Picture, Transform
from pictured.service.confirming import confirmed
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Photo = Callable[[str], Image.Image]
Index = Callable[..., Picture]
Confirm = Callable[[Path, list[Match]], list[Match]]


@pytest.fixture
def confirm(with_workers: Callable[[Callable[[Workers], Awaitable[Any]]], Any]) -> Confirm:
    def done(query: Path, matches: list[Match]) -> list[Match]:
        told: list[Match] = with_workers(lambda workers: confirmed(workers, query, matches))
        return told

    return done


@pytest.fixture
def frames(tmp_path: Path, photo: Photo, index: Index) -> list[Picture]:
    """Two frames of a burst in which a cat moves, and a worse copy of the first."""
    saved = []
    for name, place, quality in (("first", (200, 150), 95), ("second", (220, 140), 95), ("worse", (200, 150), 40)):
        frame = photo("coffee").copy()
        frame.paste(photo("chelsea").crop((120, 40, 260, 160)), place)
        frame.save(tmp_path / f"{name}.jpg", quality=quality)
        saved.append(index(tmp_path / f"{name}.jpg"))
    return saved


def match(picture: Picture, kind: Kind = Kind.SAME) -> Match:
    return Match(picture, kind, 0.9, Transform())


def test_only_what_is_contradicted_becomes_similar(frames: list[Picture], confirm: Confirm) -> None:
    first, second, worse = frames

    told = confirm(first.path, [match(second), match(worse, Kind.EDITED)])

    assert [each.kind for each in told] == [Kind.SIMILAR, Kind.EDITED]


def test_nothing_else_is_asked(frames: list[Picture], confirm: Confirm) -> None:
    others = [match(frames[1], Kind.EXACT), match(frames[1], Kind.SIMILAR)]

    assert confirm(Path("nowhere.jpg"), others) == others


def test_twins_share_an_answer(frames: list[Picture], confirm: Confirm) -> None:
    twin = replace(frames[1], path=frames[1].path.with_name("twin.jpg"))

    told = confirm(frames[0].path, [match(frames[1]), match(twin, Kind.EXACT)])

    assert [each.kind for each in told] == [Kind.SIMILAR, Kind.EXACT]


def test_a_query_that_is_gone_contradicts_nothing(frames: list[Picture], confirm: Confirm) -> None:
    frames[0].path.unlink()

    assert confirm(frames[0].path, [match(frames[1])]) == [match(frames[1])]
