import time
from contextlib import closing
from pathlib import Path

from pictured.disk.reading import stamp_of
from pictured.flow import Failure
from pictured.service.diagnosis.finding import Finding, State
from pictured.service.diagnosis.index import clock, index
from pictured.store.catalogue import Catalogue
from pictured.store.opening import FILE, open_store
from pictured.store.schedule import Schedule


def found(state: Path, *, thorough: bool = False) -> dict[str, Finding]:
    return {finding.subject: finding for finding in index(state, None, [], thorough=thorough)}


def made(state: Path) -> Path:
    open_store(state, writer=True).close()
    return state


def test_no_index_yet_is_no_fault_and_makes_none(tmp_path: Path) -> None:
    assert {finding.state for finding in found(tmp_path / "s").values()} == {State.GOOD}
    assert not (tmp_path / "s").exists()


def test_a_whole_index_is_good_also_when_all_of_it_is_read(tmp_path: Path) -> None:
    state = made(tmp_path / "s")
    assert found(state)["index"].text == "the index holds 0 pictures in 0 files"
    assert found(state, thorough=True)["index"].text.endswith("and was read to its end")


def test_an_index_that_cannot_be_opened_is_wrong(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database" * 500)
    assert found(tmp_path)["index"].state is State.WRONG


def test_damage_inside_shows_when_all_of_it_is_read(tmp_path: Path) -> None:
    state = made(tmp_path / "s")
    with closing(open_store(state, writer=True)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'files'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with (state / FILE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x5a" * size)
    assert found(state, thorough=True)["index"].state is State.WRONG


def test_files_that_were_given_up_and_old_damage_are_noted(tmp_path: Path) -> None:
    state, picture = made(tmp_path / "s"), tmp_path / "a.jpg"
    picture.touch()
    (state / f"{FILE}.damaged-20260101T000000").touch()
    with closing(open_store(state, writer=True)) as db:
        failure = Failure(picture, "crashed", "twice", retry=False)
        Catalogue(db).fail(picture, stamp_of(picture), failure, tries=2, retry_at=None)
    findings = found(state)
    assert str(picture) in findings["quarantine"].text
    assert "damaged index of earlier" in findings["index"].text


def test_a_clock_before_the_last_work_is_wrong(tmp_path: Path) -> None:
    state = made(tmp_path / "s")
    with closing(open_store(state, writer=True)) as db:
        Schedule(db).ran("rescan", time.time() + 86400)
    assert found(state)["clock"].state is State.WRONG


def test_a_clock_is_judged_with_a_minute_to_spare() -> None:
    now = time.time()
    assert clock(now, now + 30).state is State.GOOD
    assert clock(now, now + 90).state is State.WRONG
    assert clock(0.0, None).state is State.WRONG
