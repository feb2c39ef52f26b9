import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from pictured.collecting.settings import CollectSettings
from pictured.disk.reading import stamp_of
from pictured.events import Event
from pictured.flow import Picture, Role, Settled
from pictured.service.acting import undo
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.orders import Orders, sweep
from pictured.service.pipeline import Line, Retry
from pictured.service.workers import Workers
from pictured.store.queue import Queue
from pictured.watching.settings import FolderSettings

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Told = list[dict[str, Any]]
Tree = Callable[[Path], dict[str, bytes]]
Run = Callable[[Callable[[Line], Awaitable[None]]], None]


def orders_in(folder: Path, *entries: dict[str, object]) -> Orders:
    folders = (
        FolderSettings(path=folder / "l", role=Role.LIBRARY),
        FolderSettings(path=folder / "q", role=Role.QUERY),
    )
    base = {"name": "best", "from": [folder / "l"], "into": folder / "best", "mode": "auto"}
    return Orders(folders, tuple(CollectSettings.model_validate(base | each) for each in entries or ({},)), 60.0)


@pytest.fixture
def line(
    tmp_path: Path, library: Library, log: Log, with_workers: Callable[[Callable[[Workers], Awaitable[Any]]], Any]
) -> Run:
    """Run something with a line."""

    def run(scenario: Callable[[Line], Awaitable[None]]) -> None:
        async def with_line(workers: Workers) -> None:
            await scenario(Line(library, workers, log, orders_in(tmp_path)))

        with_workers(with_line)

    return run


def settled(path: Path) -> Settled:
    return Settled(path, stamp_of(path))


def events(told: Told) -> list[str]:
    return [entry["event"] for entry in told]


def test_a_query_and_its_original_in_any_order_and_at_once_make_one_file(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told, tree: Tree
) -> None:
    files = [
        draw(tmp_path / "l/large.jpg", "coffee"),
        draw(tmp_path / "q/one.jpg", "coffee", width=150, quality=40),
        draw(tmp_path / "q/two.jpg", "coffee", width=200, quality=50),
        draw(tmp_path / "l/small.jpg", "coffee", width=300),
    ]

    async def scenario(taking: Line) -> None:
        for order in tuple(permutations(files))[::5]:
            assert await asyncio.gather(*(taking.take(settled(path)) for path in order)) == [None] * 4
            assert tree(tmp_path / "best") == {"large.jpg": files[0].read_bytes()}
            for placed in library.journal.active("best"):
                placed.target.unlink()
            library.db.executescript(
                "DELETE FROM answers; DELETE FROM deeds; DELETE FROM intents; DELETE FROM declined; DELETE FROM placed;"
                "UPDATE files SET handled = 0;"
            )
            assert Event.COPY_FAILED not in events(told), told

    line(scenario)


def test_what_is_read_is_collected_and_told_in_one_line(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told
) -> None:
    original = draw(tmp_path / "l/coffee.jpg", "coffee")
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)

    async def scenario(taking: Line) -> None:
        for path in (original, query):
            assert await taking.take(settled(path)) is None

    line(scenario)

    assert events(told) == [Event.FILE_DONE, Event.COPY_PLACED, Event.FILE_DONE]
    placed = told[1]
    assert (placed["query"], placed["source"], placed["target"], placed["replaced"]) == (
        query,
        original,
        tmp_path / "best/coffee.jpg",
        None,
    )
    done = told[2]
    assert (done["path"], done["bytes"], done["steps"], done["kept"], done["failed"]) == (
        query,
        query.stat().st_size,
        1,
        0,
        0,
    )
    known = library.catalogue.known(query)
    assert known is not None
    assert known.handled


def test_a_file_that_is_done_is_not_done_again(tmp_path: Path, line: Run, draw: Draw, told: Told) -> None:
    path = draw(tmp_path / "l/coffee.jpg", "coffee")

    async def scenario(taking: Line) -> None:
        for _ in range(3):
            await taking.take(settled(path))

    line(scenario)

    assert events(told) == [Event.FILE_DONE]


def test_a_better_copy_replaces_ours_and_leaves_one_file(
    tmp_path: Path, line: Run, draw: Draw, told: Told, tree: Tree
) -> None:
    async def scenario(taking: Line) -> None:
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))
        await taking.take(settled(draw(tmp_path / "q/poor2.jpg", "coffee", width=160)))
        for width, name in ((300, "a.jpg"), (400, "b.jpg"), (600, "deep/b.jpg"), (350, "c.jpg")):
            await taking.take(settled(draw(tmp_path / "l" / name, "coffee", width=width)))
            assert len(tree(tmp_path / "best")) == 1

    line(scenario)

    assert tree(tmp_path / "best").popitem()[1] == (tmp_path / "l/deep/b.jpg").read_bytes()
    assert Event.COPY_FAILED not in events(told)


def test_undo_is_respected(tmp_path: Path, line: Run, library: Library, draw: Draw, tree: Tree) -> None:
    async def scenario(taking: Line) -> None:
        original = draw(tmp_path / "l/coffee.jpg", "coffee")
        await taking.take(settled(original))
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))
        (placed,) = library.journal.active("best")
        assert await undo(placed, library) is None
        for name in ("q/again.jpg", "l/worse.jpg", "q/poor.jpg"):
            await taking.take(settled(draw(tmp_path / name, "coffee", width=170 + len(name))))
        library.catalogue.unhandle([tmp_path])
        await taking.take(settled(original))

    line(scenario)

    assert tree(tmp_path / "best") == {}


def test_a_shadow_entry_writes_nothing(tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told) -> None:
    async def scenario(taking: Line) -> None:
        taking.orders = orders_in(tmp_path, {"mode": "shadow"})
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))
        await taking.take(settled(draw(tmp_path / "l/coffee.jpg", "coffee")))

    line(scenario)

    assert [entry["target"] for entry in told if entry["event"] == Event.COPY_PLANNED] == [tmp_path / "best/coffee.jpg"]
    assert not (tmp_path / "best").exists()
    assert library.journal.history(None, 9) == []
    assert library.journal.intents() == []


def test_an_entry_in_review_lets_a_copy_wait_once_and_is_done_with_the_file(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told
) -> None:
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)
    original = draw(tmp_path / "l/coffee.jpg", "coffee")

    async def scenario(taking: Line) -> None:
        taking.orders = orders_in(tmp_path, {"mode": "review"})
        for _ in range(2):
            for path in (original, query):
                assert await taking.take(settled(path)) is None
                library.catalogue.reopen(path)
        await taking.take(settled(query))

    line(scenario)

    [proposed] = [entry for entry in told if entry["event"] == Event.REVIEW_PROPOSED]
    assert (proposed["query"], proposed["target"]) == (query, tmp_path / "best/coffee.jpg")
    assert [each.id for each in Queue(library.db).waiting()] == [proposed["id"]]
    assert not (tmp_path / "best").exists()
    known = library.catalogue.known(query)
    assert known is not None
    assert known.handled


def test_an_entry_that_becomes_auto_collects_what_was_only_planned(
    tmp_path: Path, line: Run, library: Library, draw: Draw, tree: Tree
) -> None:
    async def scenario(taking: Line) -> None:
        files = [draw(tmp_path / "q/poor.jpg", "coffee", width=150), draw(tmp_path / "l/coffee.jpg", "coffee")]
        taking.orders = orders_in(tmp_path, {"mode": "shadow"})
        sweep(library, taking.orders)
        for mode in ("shadow", "auto"):
            taking.orders = orders_in(tmp_path, {"mode": mode})
            sweep(library, taking.orders)
            for path in files:
                await taking.take(settled(path))

    line(scenario)

    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_a_renamed_file_is_not_read_again(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told, index: Index
) -> None:
    before = index(draw(tmp_path / "l/coffee.jpg", "coffee")).path
    after = before.rename(tmp_path / "l/renamed.jpg")

    async def scenario(taking: Line) -> None:
        taking.gone(before)
        taking.gone(before)
        await taking.take(settled(after))

    line(scenario)

    assert events(told) == [Event.FILE_GONE, Event.FILE_MOVED, Event.FILE_DONE]
    assert [picture.path for picture in library.within([tmp_path])] == [after]


def test_a_file_that_is_gone_when_its_turn_comes_is_noted(
    tmp_path: Path, line: Run, library: Library, draw: Draw, index: Index, told: Told
) -> None:
    picture = index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    draw(picture.path, "rocket")
    later = settled(picture.path)
    picture.path.unlink()

    async def scenario(taking: Line) -> None:
        assert await taking.take(later) is None

    line(scenario)

    assert events(told) == [Event.FILE_GONE]
    assert library.catalogue.count().files == 0


def test_a_file_that_changes_again_is_left_for_later(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told
) -> None:
    path = draw(tmp_path / "l/coffee.jpg", "coffee")
    stale = replace(settled(path), stamp=replace(stamp_of(path), size=1))

    async def scenario(taking: Line) -> None:
        retry = await taking.take(stale)
        assert retry is not None
        assert (retry.path, retry.seconds) == (path, 5.0)

    line(scenario)

    assert [(entry["event"], entry["kind"]) for entry in told] == [(Event.FILE_FAILED, "changed")]
    assert library.catalogue.picture(path) is None


def test_waits_grow_up_to_the_longest_and_end_with_success(
    tmp_path: Path, line: Run, library: Library, draw: Draw
) -> None:
    whole = draw(tmp_path / "whole.jpg", "coffee").read_bytes()
    path = tmp_path / "l/cut.jpg"
    path.parent.mkdir()
    path.write_bytes(whole[:2000])

    async def scenario(taking: Line) -> None:
        waits = [await taking.take(settled(path)) for _ in range(6)]
        assert [retry and retry.seconds for retry in waits] == [5, 10, 20, 40, 60, 60]
        assert [failing.tries for failing in library.catalogue.failures(None)] == [6]
        path.write_bytes(whole)
        assert await taking.take(settled(path)) is None
        assert library.catalogue.failures(None) == []

    line(scenario)


def test_what_is_no_picture_is_not_tried_again(tmp_path: Path, line: Run, told: Told) -> None:
    path = tmp_path / "l/no.jpg"
    path.parent.mkdir()
    path.write_text("no")

    async def scenario(taking: Line) -> None:
        assert await taking.take(settled(path)) is None

    line(scenario)

    assert [(entry["event"], entry["kind"], entry["retry_in"]) for entry in told] == [
        (Event.FILE_FAILED, "refused", None)
    ]


def test_a_destination_that_cannot_be_written_is_tried_again(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told, tree: Tree
) -> None:
    (tmp_path / "best").write_text("in the way")
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)

    async def scenario(taking: Line) -> None:
        await taking.take(settled(draw(tmp_path / "l/coffee.jpg", "coffee")))
        retry = await taking.take(settled(query))
        assert retry is not None
        assert retry.path == query
        known = library.catalogue.known(query)
        assert known is not None
        assert not known.handled
        (tmp_path / "best").unlink()
        assert await taking.take(settled(query)) is None

    line(scenario)

    assert events(told).count(Event.COPY_FAILED) == 1
    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_an_original_that_changed_meanwhile_is_not_copied(
    tmp_path: Path, line: Run, draw: Draw, index: Index, told: Told, tree: Tree
) -> None:
    original = index(draw(tmp_path / "l/coffee.jpg", "coffee")).path
    draw(original, "rocket")

    async def scenario(taking: Line) -> None:
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))

    line(scenario)

    assert Event.COPY_PLACED not in events(told)
    assert tree(tmp_path / "best") == {}


def test_an_original_that_changed_is_copied_as_it_is_now(
    tmp_path: Path, line: Run, draw: Draw, index: Index, tree: Tree
) -> None:
    """The event of the change comes after the query was looked at."""
    index(draw(tmp_path / "l/coffee.jpg", "coffee", width=300))
    original = draw(tmp_path / "l/coffee.jpg", "coffee", width=600)

    async def scenario(taking: Line) -> None:
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))
        await taking.take(settled(original))

    line(scenario)

    assert tree(tmp_path / "best") == {"coffee.jpg": original.read_bytes()}


def test_a_query_that_is_removed_keeps_its_answer_and_asks_no_more(
    tmp_path: Path, line: Run, draw: Draw, tree: Tree
) -> None:
    async def scenario(taking: Line) -> None:
        query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)
        small = draw(tmp_path / "l/small.jpg", "coffee", width=300)
        for path in (query, small):
            await taking.take(settled(path))
        query.unlink()
        taking.gone(query)
        await taking.take(settled(draw(tmp_path / "l/large.jpg", "coffee")))

    line(scenario)

    assert list(tree(tmp_path / "best")) == ["small.jpg"]


def test_an_own_output_in_a_library_folder_is_no_original(
    tmp_path: Path, line: Run, draw: Draw, told: Told, tree: Tree
) -> None:
    async def scenario(taking: Line) -> None:
        taking.orders = orders_in(
            tmp_path, {"into": tmp_path / "l/best"}, {"name": "all", "into": tmp_path / "all", "for": "all"}
        )
        await taking.take(settled(draw(tmp_path / "l/coffee.jpg", "coffee", width=300)))
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))
        await taking.take(settled(tmp_path / "l/best/coffee.jpg"))
        await taking.take(settled(draw(tmp_path / "l/better.jpg", "coffee", width=600)))
        await taking.take(settled(tmp_path / "l/best/better.jpg"))

    line(scenario)

    assert list(tree(tmp_path / "l")) == ["best/better.jpg", "better.jpg", "coffee.jpg"]
    assert list(tree(tmp_path / "all")) == ["better.jpg"]
    assert Event.COPY_FAILED not in events(told)


def test_a_file_outside_of_all_folders_is_left_alone(
    tmp_path: Path, line: Run, library: Library, draw: Draw, told: Told
) -> None:
    path = draw(tmp_path / "elsewhere/a.jpg", "coffee")

    async def scenario(taking: Line) -> None:
        assert await taking.take(settled(path)) is None

    line(scenario)

    assert told == []
    assert library.catalogue.known(path) is None


def test_orders_that_change_between_two_steps_lose_no_file(
    tmp_path: Path, line: Run, library: Library, draw: Draw, index: Index, told: Told
) -> None:
    index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=150))

    async def scenario(taking: Line) -> None:
        both = orders_in(tmp_path, {"name": "one"}, {"name": "two", "into": tmp_path / "two"})
        taking.orders = both
        task = asyncio.create_task(taking.take(Settled(query.path, query.stamp)))
        while not (tmp_path / "best").exists():  # noqa: ASYNC110  the folder tells, no event does
            await asyncio.sleep(0)
        taking.orders = replace(both, entries=both.entries[:1])
        await task

    line(scenario)

    assert library.catalogue.failures(None) == []
    assert not [entry for entry in told if entry.get("kind") == "internal"]


def page_with(picture: Image.Image, path: Path) -> Path:
    """A page of lines with a picture among them, small and coarse."""
    page = Image.new("RGB", (1000, 1400), "white")
    pen = ImageDraw.Draw(page)
    for line in range(28):
        pen.rectangle((100, 100 + 45 * line, 900 - line * 37 % 200, 112 + 45 * line), fill="black")
    pen.rectangle((90, 390, 910, 970), fill="white")
    page.paste(picture.resize((600, 400), Image.Resampling.LANCZOS), (200, 480))
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, quality=70)
    return path


def test_a_page_is_answered_when_the_original_of_a_picture_on_it_arrives(
    tmp_path: Path, line: Run, draw: Draw, photo: Callable[[str], Image.Image], told: Told, tree: Tree
) -> None:
    page = page_with(photo("coffee"), tmp_path / "q/page.jpg")

    async def scenario(taking: Line) -> None:
        for path in (page, draw(tmp_path / "l/other.jpg", "rocket")):
            await taking.take(settled(path))
        assert Event.COPY_PLACED not in events(told)
        await taking.take(settled(draw(tmp_path / "l/coffee.jpg", "coffee")))

    line(scenario)

    (placed,) = (entry for entry in told if entry["event"] == Event.COPY_PLACED)
    assert (placed["query"], placed["target"]) == (page, tmp_path / "best/coffee.jpg")
    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_what_is_similar_is_never_collected(
    tmp_path: Path, line: Run, photo: Callable[[str], Image.Image], told: Told
) -> None:
    """Each of two parts of a picture shows something that the other does not."""
    files = []
    for name, box in {"l/right.jpg": (200, 0, 600, 400), "q/left.jpg": (0, 0, 400, 400)}.items():
        files.append(tmp_path / name)
        files[-1].parent.mkdir()
        photo("coffee").crop(box).save(files[-1], quality=90)

    async def scenario(taking: Line) -> None:
        taking.orders = orders_in(tmp_path, {}, {"name": "groups", "for": "duplicates", "into": tmp_path / "groups"})
        for path in files:
            await taking.take(settled(path))

    line(scenario)

    assert [(entry["event"], entry["steps"], entry["kept"]) for entry in told] == [(Event.FILE_DONE, 0, 0)] * 2


def test_a_query_that_cannot_be_read_any_more_does_not_stop_its_original(
    tmp_path: Path, line: Run, draw: Draw, index: Index, told: Told, tree: Tree
) -> None:
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True).path
    fine = index(draw(tmp_path / "q/fine.jpg", "coffee", width=200), asking=True).path
    query.write_text("no picture now")

    async def scenario(taking: Line) -> None:
        await taking.take(settled(draw(tmp_path / "l/coffee.jpg", "coffee")))

    line(scenario)

    assert [entry["query"] for entry in told if entry["event"] == Event.COPY_PLACED] == [fine]
    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_a_name_that_is_no_text_goes_all_the_way(tmp_path: Path, line: Run, draw: Draw, tree: Tree) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/l/caf\xe9.jpg"))

    async def scenario(taking: Line) -> None:
        draw(tmp_path / "l/x.jpg", "coffee").rename(odd)
        await taking.take(settled(odd))
        await taking.take(settled(draw(tmp_path / "q/poor.jpg", "coffee", width=150)))

    line(scenario)

    assert [os.fsencode(name) for name in tree(tmp_path / "best")] == [b"caf\xe9.jpg"]


@pytest.mark.parametrize("away", ["moved", "offline"])
def test_a_query_that_is_taken_while_its_picture_is_away_is_answered_when_that_comes_back_as_it_was(
    tmp_path: Path, line: Run, library: Library, draw: Draw, tree: Tree, away: str
) -> None:
    original = draw(tmp_path / "l/coffee.jpg", "coffee")
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)

    async def scenario(taking: Line) -> None:
        before = settled(original)
        assert await taking.take(before) is None
        if away == "moved":
            original.rename(tmp_path / "coffee.jpg")
        else:
            library.catalogue.mark_offline(tmp_path / "l", 1.0)
        assert await taking.take(settled(query)) is None
        assert tree(tmp_path / "best") == {}
        if away == "moved":
            (tmp_path / "coffee.jpg").rename(original)
        else:
            library.catalogue.see_root(tmp_path / "l", original.stat().st_dev, 2.0)
        assert await taking.take(before) is None
        assert tree(tmp_path / "best") == {"coffee.jpg": original.read_bytes()}
        # Nobody misses it any longer.
        assert await taking.take(before) is None

    line(scenario)


def test_nothing_is_taken_from_a_folder_that_is_offline_or_counts_as_gone_there(
    tmp_path: Path, line: Run, library: Library, draw: Draw, index: Index, told: Told
) -> None:
    known = index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    new = draw(tmp_path / "l/new.jpg", "rocket", width=100)
    device = tmp_path.stat().st_dev

    async def scenario(taking: Line) -> None:
        library.catalogue.see_root(tmp_path / "l", device, 1.0)
        library.catalogue.mark_offline(tmp_path / "l", 2.0)
        assert await taking.take(settled(new)) is None
        taking.gone(known.path)
        # As after another drive was mounted, before that was noticed.
        library.catalogue.see_root(tmp_path / "l", device + 1, 3.0)
        taking.gone(known.path)
        assert library.catalogue.picture(known.path) is not None
        assert library.catalogue.picture(new) is None
        library.catalogue.see_root(tmp_path / "l", device, 4.0)
        taking.gone(known.path)
        assert library.catalogue.picture(known.path) is None

    line(scenario)

    assert events(told) == [Event.FILE_GONE]


def test_what_another_machine_is_at_is_looked_at_again_later(
    tmp_path: Path, draw: Draw, line: Run, library: Library
) -> None:
    async def scenario(line: Line) -> None:
        original = settled(draw(tmp_path / "l/a.jpg", "coffee"))
        library.claimed = lambda _: nullcontext(False)
        assert await line.take(original) == Retry(original.path, 2.0)
        assert library.catalogue.known(original.path) is None
        library.claimed = lambda _: nullcontext(True)
        assert await line.take(original) is None
        assert library.catalogue.known(original.path) is not None

    line(scenario)
