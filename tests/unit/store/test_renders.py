import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pictured.store.opening import open_store
from pictured.store.renders import Rendering, Renders

ONE = Rendering(b"s" * 32, b"r" * 32, "rules/web", Path("/p/\udcff.jpg"), 5.0, "placed", "resize", {"tile": {"n": 3}})


def test_what_a_rule_made_of_a_content_is_known_by_both(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        records = Renders(db)
        records.record(ONE)
        assert records.of(b"s" * 32, b"r" * 32) == ONE
        assert records.of(b"s" * 32, b"x" * 32) is None
        assert records.of(b"x" * 32, b"r" * 32) is None


def test_the_last_record_counts_and_outlives_the_process(tmp_path: Path) -> None:
    again = Rendering(ONE.source, ONE.rule, ONE.entry, Path("/p/other.jpg"), 6.0, "refused", "is animated", {})
    with closing(open_store(tmp_path, writer=True)) as db:
        Renders(db).record(ONE)
        Renders(db).record(again)
    with closing(open_store(tmp_path, writer=False)) as db:
        assert Renders(db).of(ONE.source, ONE.rule) == again
        assert isinstance(db, sqlite3.Connection)


def test_what_is_forgotten_may_be_done_again(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        Renders(db).record(ONE)
        Renders(db).forget(ONE.source, ONE.rule)
        assert Renders(db).of(ONE.source, ONE.rule) is None


def test_a_key_that_was_given_once_stays_findable(tmp_path: Path) -> None:
    given = [
        replace(ONE, at=float(at), told={"invisible_mark": {"key": key * 8}}) for at, key in enumerate(("ab", "cd"))
    ]
    with closing(open_store(tmp_path, writer=True)) as db:
        records = Renders(db)
        for each in (*given, given[1]):
            records.record(each)
        assert records.of(ONE.source, ONE.rule) == given[1]
        records.forget(ONE.source, ONE.rule)
        assert records.of(ONE.source, ONE.rule) is None
        found = [(each.told["invisible_mark"]["key"], each.path) for each in records.marked("")]
    assert found == [("cd" * 8, ONE.path), ("ab" * 8, ONE.path)]
