from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from pictured.disk.naming import Naming
from pictured.errors import StoreError, Unreachable
from pictured.flow import Collect, Failure, Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.engines import Shared, open_index
from pictured.store.journal import Journal
from pictured.store.moving import Move, Sums
from pictured.store.queue import Queue
from pictured.store.renders import Rendering, Renders
from pictured.store.schedule import Schedule

Make = Callable[[str], Fingerprint]
Open = Callable[[str, str | None], Database]
NAMING = Naming("anna", (("photos", Path("/mnt/photos")),))
STAMP = Stamp(1, 2, 2**64 - 1, 4, 5)


@pytest.fixture
def opened(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Open]:
    """Opens the file of a folder, or a database for a machine."""
    address = new_database()
    with ExitStack() as every:

        def make(name: str, machine: str | None = None) -> Database:
            shared = None if machine is None else Shared(address, replace(NAMING, machine=machine))
            return every.enter_context(closing(open_index(tmp_path / name, shared, writer=True)))

        yield make


def fill(db: Database, fingerprint: Make, step: Collect) -> None:
    catalogue, journal = Catalogue(db), Journal(db)
    for name in ("a", "b", "c"):
        catalogue.record(Path(f"/home/{name}.jpg"), STAMP, fingerprint(name))
        catalogue.relink(Path(f"/mnt/photos/{name}.jpg"), STAMP, fingerprint(name).digest)
    catalogue.handle(Path("/home/a.jpg"), STAMP)
    catalogue.miss(Path("/home/b.jpg"), 7.0)
    for path, stamp in ((Path("/home/bad.jpg"), STAMP), (Path("/home/fifo"), None)):
        catalogue.fail(path, stamp, Failure(path, "refused", "no picture", retry=False), tries=2, retry_at=None)
    catalogue.see_root(Path("/mnt/photos"), 4, 9.0)
    one = journal.finish(journal.begin(step, 1.0), STAMP, 2.0)
    companion = replace(step, query=None, source=Path("/library/good.xmp"), target=Path("/best/good2.xmp"))
    better = replace(step, target=Path("/best/good2.jpg"), digest=b"2" * 32, replaces=one, companions=(companion,))
    journal.finish(journal.begin(better, 3.0), STAMP, 4.0, [(companion, STAMP)])
    third = journal.finish(journal.begin(replace(step, query=None, target=Path("/mnt/photos/x.jpg")), 4.5), STAMP, 5.0)
    journal.undo(third.id, 6.0)
    Queue(db).propose(replace(better, replaces=None, target=Path("/best/q.jpg")), b"a" * 32, "{}", 1.0)
    Renders(db).record(Rendering(b"s" * 32, b"r" * 32, "rules/web", Path("/home/a.jpg"), 1.0, "kept", "why", {"a": 1}))
    Schedule(db).ran("report", 5.0)
    Schedule(db).note("orders", "those")


def told(db: Database) -> list[object]:
    """All that may be asked, apart from numbers."""
    catalogue, journal = Catalogue(db), Journal(db)
    pictures = [(each.path, each.stamp, each.stamp.device, each.content) for each in catalogue.files_below([Path("/")])]
    known = {path: catalogue.known(path) for path in (Path("/home/a.jpg"), Path("/home/bad.jpg"))}
    deeds = [replace(deed, id=0, companions=()) for deed in journal.history(None, 99)]
    kept = [(each.placed.target, len(each.placed.companions), each.queries) for each in journal.kept()]
    proposals = [(each.step.target, each.step.source, each.asked, each.orders) for each in Queue(db).waiting()]
    return [
        sorted(pictures, key=lambda each: str(each[0])),
        known,
        catalogue.count(),
        catalogue.failures(None),
        catalogue.roots(),
        deeds,
        kept,
        journal.answers("best").keys(),
        journal.declined("best"),
        proposals,
        Renders(db).of(b"s" * 32, b"r" * 32),
        Schedule(db).last_run("report"),
        Schedule(db).noted("orders"),
    ]


def moved(source: Database, target: Database) -> Sums:
    move = Move(source, target)
    move.begin()
    steps = list(move.run())
    assert all(step.done <= step.total for step in steps)
    sums = move.sums()
    move.end()
    return sums


def test_everything_is_as_it_was_there_and_back_again(opened: Open, fingerprint: Make, step: Collect) -> None:
    file, shared, back = opened("file", None), opened("file", "anna"), opened("back", None)
    fill(file, fingerprint, step)
    before = told(file)

    there = moved(file, shared)
    assert told(shared) == before
    assert moved(shared, back) == there
    assert told(back) == before
    assert (there.contents, there.files, there.placed) == (3, 8, 2)


def test_a_move_that_was_cut_off_goes_on_and_moves_nothing_twice(
    opened: Open, fingerprint: Make, step: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pictured.store.moving._BATCH", 2)
    file, shared = opened("file", None), opened("file", "anna")
    fill(file, fingerprint, step)
    for count in (1, 3, 1):
        move = Move(file, shared)
        move.begin()
        run = move.run()
        for _ in range(count):
            next(run)
        run.close()
    moved(file, shared)
    assert told(shared) == told(file)


def test_a_move_whose_session_the_server_ended_goes_on(
    opened: Open, fingerprint: Make, step: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pictured.store.moving._BATCH", 2)
    file = opened("file", None)
    fill(file, fingerprint, step)
    for count in (1, 3, 2):
        shared = opened("file", "anna")
        move = Move(file, shared)
        move.begin()
        run = move.run()
        for _ in range(count):
            next(run)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% anna'"
        opened("other", f"bert{count}").execute(ended)
        with pytest.raises(Unreachable):
            next(run)
    shared = opened("file", "anna")
    there = moved(file, shared)
    assert told(shared) == told(file)
    assert (there.contents, there.files, there.placed) == (3, 8, 2)


def test_what_other_machines_have_for_themselves_stays_there(opened: Open, fingerprint: Make, step: Collect) -> None:
    anna, bert, back = opened("file", "anna"), opened("file", "bert"), opened("back", None)
    fill(anna, fingerprint, step)
    before = told(anna)
    Catalogue(bert).record(Path("/home/of bert.jpg"), STAMP, fingerprint("d"))
    Journal(bert).finish(Journal(bert).begin(replace(step, digest=b"9" * 32), 8.0), STAMP, 9.0)
    moved(anna, back)
    assert told(back)[:2] == before[:2]
    assert Catalogue(back).content_id(fingerprint("d").digest) is None
    assert [each.placed.target for each in Journal(back).kept()] == [Path("/best/good2.jpg")]


def test_a_second_move_to_the_same_place_is_refused(opened: Open, fingerprint: Make, step: Collect) -> None:
    file, shared = opened("file", None), opened("file", "anna")
    fill(file, fingerprint, step)
    moved(file, shared)
    with pytest.raises(StoreError, match="moved there before"):
        Move(file, shared).begin()


def test_a_move_that_was_cut_off_while_it_was_compared_is_only_compared(
    opened: Open, fingerprint: Make, step: Collect
) -> None:
    file, shared = opened("file", None), opened("file", "anna")
    fill(file, fingerprint, step)
    first = Move(file, shared)
    first.begin()
    assert list(first.run())
    again = Move(file, shared)
    again.begin()
    assert list(again.run()) == []
    assert again.sums() == first.sums()
    assert told(shared) == told(file)


def test_what_a_crash_cut_off_is_finished_before(opened: Open, step: Collect) -> None:
    file, shared = opened("file", None), opened("file", "anna")
    Journal(file).begin(step, 1.0)
    with pytest.raises(StoreError, match="A write was cut off; run `pictured scan` once"):
        Move(file, shared).begin()


def test_what_differs_afterwards_is_told(opened: Open, fingerprint: Make, step: Collect) -> None:
    file, shared = opened("file", None), opened("file", "anna")
    fill(file, fingerprint, step)
    move = Move(file, shared)
    move.begin()
    list(move.run())
    Catalogue(shared).miss(Path("/home/a.jpg"), 1.0)
    with pytest.raises(StoreError, match="1 are not as they were"):
        move.sums()
