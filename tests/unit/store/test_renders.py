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


def marked(at: int, key: str, **changes: object) -> Rendering:
    return replace(ONE, at=float(at), told={"invisible_mark": {"key": key * 8}}, **changes)  # type: ignore[arg-type]


def test_marks_outlive_the_index(tmp_path: Path) -> None:
    other = marked(3, "ef", rule=b"o" * 32)
    with closing(open_store(tmp_path, writer=True)) as db:
        records = Renders(db)
        for each in (ONE, marked(1, "ab"), marked(2, "cd"), other):
            records.record(each)
        records.forget(other.source, other.rule)
        expected = records.marked("")
    (tmp_path / "index.sqlite3").unlink()
    with (tmp_path / "marks.jsonl").open("a") as file:
        file.write('{"source": "no digest"}\n{"forgotten": 3}\n{"source": "7')

    with closing(open_store(tmp_path, writer=True)) as db:
        records = Renders(db)
        records.restore()
        assert records.marked("") == expected
        assert len(expected) == 3
        assert records.of(ONE.source, ONE.rule) == marked(2, "cd")
        assert records.of(other.source, other.rule) is None


def test_marks_of_before_there_was_a_second_record_get_into_it(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        Renders(db).record(marked(1, "ab"))
        Renders(db).record(marked(2, "cd"))
        (tmp_path / "marks.jsonl").unlink()
        Renders(db).agree()
        expected = Renders(db).marked("")
    (tmp_path / "index.sqlite3").unlink()

    with closing(open_store(tmp_path, writer=True)) as db:
        Renders(db).agree()
        Renders(db).restore()
        assert [(each.told, each.at) for each in Renders(db).marked("")] == [(each.told, each.at) for each in expected]


def test_what_cannot_be_noted_twice_is_noted_once(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        (tmp_path / "marks.jsonl").mkdir()
        Renders(db).record(marked(1, "ab"))
        assert Renders(db).of(ONE.source, ONE.rule) == marked(1, "ab")
