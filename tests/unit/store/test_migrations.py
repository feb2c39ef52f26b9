import os
from hashlib import sha256
from pathlib import Path

import pytest

from pictured.errors import StoreError
from pictured.store.connection import connect
from pictured.store.database import Database
from pictured.store.migrations import MIGRATIONS, statements
from pictured.store.opening import migrate, open_store

PUBLISHED: tuple[str, ...] = ()
"""The SHA-256 of each script that a release carried; append the new ones when a release is made."""

SAMPLES = {
    1: """
    INSERT INTO roots VALUES (x'2f61', 5, 1.0, NULL, NULL);
    INSERT INTO folders VALUES (1, x'2f61ff2f');
    INSERT INTO contents
        VALUES (7, zeroblob(32), zeroblob(32), zeroblob(72), 9, 4, 3, 'PNG', 'RGB', 8, 1, NULL, NULL, NULL, 'exif icc');
    INSERT INTO features VALUES (7, zeroblob(224), zeroblob(1008));
    INSERT INTO thumbs VALUES (7, zeroblob(2000));
    INSERT INTO files VALUES (1, 1, x'78', 9, 8, 7, 6, 5, 7, NULL, 1), (2, 1, x'79', 9, 8, 6, 6, 5, 7, 3.0, 0),
        (3, 1, x'7a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0);
    INSERT INTO failures VALUES (3, 'refused', 'a FIFO', 0, 1, NULL);
    INSERT INTO placed
        VALUES (4, 'best', x'2f71', x'2f61ff2f78', x'2f62', zeroblob(32), 'copy', 'why', 1, 2, 3, 4, 5, 1);
    INSERT INTO intents VALUES (5, 1.0, 'best', NULL, x'2f61', x'2f63', zeroblob(32), 'copy', 'why', 1, 2, 3, 4, 5, 4);
    INSERT INTO deeds VALUES (1, 1.0, 'placed', 4);
    INSERT INTO answers VALUES ('best', x'2f71', 4, 'why', 1.0);
    INSERT INTO declined VALUES ('best', zeroblob(32), 1.0);
    INSERT INTO runs VALUES ('rescan', 1.0);
    INSERT INTO notes VALUES ('orders', 'digest');
    """,
}
RENDERS = "INSERT INTO renders VALUES (zeroblob(32), zeroblob(32), 'rules/web', x'2f61', 1.0, 'kept', 'why', '{}');"
SAMPLES[2] = "".join([SAMPLES[1], RENDERS])
PROPOSALS = """INSERT INTO proposals VALUES (1, 1.0, 'best', zeroblob(32), x'2f71', x'2f61', zeroblob(32), x'2f62',
    'copy', 'why', 4, 1, 2, 3, 4, 5, '{}', 'waiting', NULL, 0);
    INSERT INTO denied VALUES (zeroblob(32), zeroblob(32), 1.0);"""
SAMPLES[3] = "".join([SAMPLES[2], PROPOSALS])
ROWS = ("'why', 1, 2, 3, 4, 5, 1);", "5, 4);", "'waiting', NULL, 0);")
LONGER = ("'why', 1, 2, 3, 4, 5, 1, NULL);", "5, 4, '[]');", "'waiting', NULL, 0, '[]');")
SAMPLES[4] = "".join([SAMPLES[3], "INSERT INTO undoing VALUES (4);"])
for short, long in zip(ROWS, LONGER, strict=True):
    SAMPLES[4] = SAMPLES[4].replace(short, long)
SAMPLES[5] = SAMPLES[4]
SAMPLES[6] = SAMPLES[5].replace("5, 1.0, NULL, NULL);", "5, 1.0, NULL, NULL, '{}');", 1)
"""Rows for each version of the schema: at least one in every table."""


def tables(db: Database) -> dict[str, list[tuple[object, ...]]]:
    names = db.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    ).fetchall()
    columns = {name: db.execute(f"PRAGMA table_xinfo({name})").fetchall() for (name,) in names}  # indexes have it too
    return {name: sorted(row[1:] for row in found) for name, found in columns.items()}


def made(folder: Path, version: int) -> Path:
    """Make an index as the program of that version left it, with rows in every table."""
    folder.mkdir()
    file = folder / "index.sqlite3"
    file.touch()
    db = connect(file, writer=True)
    migrate(db, MIGRATIONS[:version])
    for statement in statements(SAMPLES[version]) if version else ():
        db.execute(statement)
    db.close()
    return file


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_an_index_of_every_version_opens_as_the_present_one_and_keeps_its_rows(tmp_path: Path, version: int) -> None:
    made(tmp_path / "old", version)
    old, new = open_store(tmp_path / "old", writer=True), open_store(tmp_path / "new", writer=True)
    assert tables(old) == tables(new)
    assert old.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []
    if version:
        assert old.execute("SELECT path FROM folders").fetchall() == [(b"/a\xff/",)]
        assert old.execute("SELECT count(*) FROM files").fetchone() == (3,)
        assert old.execute("SELECT target FROM placed").fetchall() == [(b"/b",)]
    old.close()
    new.close()


def test_every_version_has_samples_for_every_table(tmp_path: Path) -> None:
    for version in range(1, len(MIGRATIONS) + 1):
        db = connect(made(tmp_path / str(version), version), writer=False)
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sqlite_sequence'"
        ).fetchall()
        assert [name for (name,) in names if db.execute(f"SELECT 1 FROM {name}").fetchone() is None] == []  # noqa: S608
        db.close()


def test_a_published_script_is_never_edited() -> None:
    assert tuple(sha256(script.encode()).hexdigest() for script in MIGRATIONS[: len(PUBLISHED)]) == PUBLISHED


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_a_reader_refuses_an_older_index_and_says_what_to_do(tmp_path: Path, version: int) -> None:
    file = made(tmp_path / "old", version)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"index\.sqlite3 was made by an older pictured.*run `pictured scan`"):
        open_store(tmp_path / "old", writer=False)
    assert file.read_bytes() == before


def test_a_script_that_fails_leaves_nothing_of_itself_and_keeps_the_ones_before(tmp_path: Path) -> None:
    db = connect(made(tmp_path / "store", 0), writer=True)
    scripts = (
        "CREATE TABLE one (a);",
        "CREATE TABLE two (a); INSERT INTO one VALUES (1); INSERT INTO none VALUES (1);",
    )
    with pytest.raises(StoreError):
        migrate(db, scripts)
    assert list(tables(db)) == ["one"]
    assert db.execute("SELECT count(*) FROM one").fetchone() == (0,)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    db.close()


def test_a_script_that_leaves_rows_pointing_nowhere_is_refused(tmp_path: Path) -> None:
    db = connect(made(tmp_path / "store", 0), writer=True)
    with pytest.raises(StoreError, match="point nowhere"):
        migrate(
            db, ("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a); INSERT INTO b VALUES (1);",)
        )
    assert tables(db) == {}
    db.close()


def test_a_death_at_any_statement_is_made_up_for_at_the_next_start(tmp_path: Path) -> None:
    fresh = open_store(tmp_path / "fresh", writer=True)
    expected = tables(fresh)
    fresh.close()
    for statement in range(1000):
        file = made(tmp_path / str(statement), 0)
        child = os.fork()
        if child == 0:
            left = statement

            def die(_: str) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    os._exit(9)

            db = connect(file, writer=True)
            db.execute("PRAGMA journal_mode = WAL")
            db.set_trace_callback(die)
            migrate(db, MIGRATIONS)
            os._exit(0)
        died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        db = open_store(file.parent, writer=True)
        assert tables(db) == expected
        db.close()
        if died == 0:
            assert statement > len(expected)
            return
    pytest.fail("the migration never came to its end")


def test_statements_are_split_where_sqlite_says_so() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;"
    assert list(statements(f"SELECT ';'; -- one; two\n SELECT 2;\n{trigger}\n")) == [
        "SELECT ';';",
        "-- one; two\n SELECT 2;",
        trigger,
    ]
