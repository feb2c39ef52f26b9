from contextlib import closing
from pathlib import Path

from pictured.flow import Collect, Form, Placed, Stamp
from pictured.store.journal import Journal
from pictured.store.opening import open_store
from pictured.store.renders import Rendering, Renders
from pictured.store.results import latest

STAMP = Stamp(100, 1, 2)
ORIGIN = b"o" * 32


def placed(journal: Journal, entry: str, source: str, target: str, digest: bytes) -> Placed:
    step = Collect(entry, None, Path(source), STAMP, digest, Path(target), Form.COPY, "resize")
    return journal.finish(journal.begin(step, 1.0), STAMP, 2.0)


def recorded(path: str, at: float = 3.0) -> Rendering:
    return Rendering(ORIGIN, b"r" * 32, "rules/web", Path(path), at, "placed", "resize", {"convert": {"score": 78.5}})


def test_results_are_told_newest_first_with_what_they_were_made_of(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        journal = Journal(db)
        placed(journal, "entry", "/l/a.jpg", "/best/a.jpg", ORIGIN)
        first = placed(journal, "rules/web", "/l/a.jpg", "/o/a.webp", b"1" * 32)
        second = placed(journal, "rules/web", "/l/b.jpg", "/o/b.webp", b"2" * 32)
        Renders(db).record(recorded("/l/a.jpg"))

        found = latest(db, 10)

        assert [result.placed for result in found] == [second, first]
        assert [result.origin for result in found] == [None, ORIGIN]
        assert found[1].told == {"convert": {"score": 78.5}}
        assert [result.placed for result in latest(db, 1)] == [second]


def test_an_original_that_was_kept_is_no_result_but_shows_what_was_before(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        journal = Journal(db)
        kept = placed(journal, "rules/web", "/l/a.jpg", "/kept/a.jpg", ORIGIN)
        made = placed(journal, "rules/web", "/l/a.jpg", "/l/a.jpg", b"1" * 32)
        Renders(db).record(recorded("/l/a.jpg"))

        (only,) = latest(db, 10)

        assert (only.placed, only.kept) == (made, kept)
