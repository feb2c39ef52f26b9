import sqlite3
from pathlib import Path

import pytest

from pictured.errors import StoreError
from pictured.store.connection import connect


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "a?b#c%20.sqlite3"
    file.touch()
    return file


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        connect(tmp_path / "missing", writer=True)
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_the_marks_of_a_uri_is_that_very_file(file: Path) -> None:
    db = connect(file, writer=True)
    db.execute("CREATE TABLE t (a)")
    db.close()
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_size > 0


def test_a_reader_cannot_write(file: Path) -> None:
    db = connect(file, writer=False)
    with pytest.raises(StoreError, match="cannot be written"):
        db.execute("CREATE TABLE t (a)")
    db.close()


def test_a_full_disk_is_told_with_what_to_do(file: Path) -> None:
    db = connect(file, writer=True)
    db.execute("CREATE TABLE t (a)")
    db.execute("PRAGMA max_page_count = 3")
    with pytest.raises(StoreError, match=r"a\?b#c%20\.sqlite3.*disk is full; free some space"):
        db.execute("INSERT INTO t VALUES (zeroblob(100000))")
    db.close()


def test_damage_that_shows_while_rows_are_read_is_told_with_what_to_do(file: Path) -> None:
    db = connect(file, writer=True)
    db.execute("CREATE TABLE t (a)")
    db.execute(
        "INSERT INTO t WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT randomblob(99) FROM n"
    )
    db.close()
    data = bytearray(file.read_bytes())
    data[20 * 4096 : 21 * 4096] = b"\xee" * 4096
    file.write_bytes(data)
    db = connect(file, writer=False)
    with pytest.raises(StoreError, match="damaged"):
        db.execute("SELECT a FROM t").fetchall()
    with pytest.raises(StoreError, match="damaged"):
        list(db.execute("SELECT a FROM t"))
    cursor = db.execute("SELECT a FROM t")
    with pytest.raises(StoreError, match="damaged"):
        list(iter(lambda: cursor.fetchmany(10), []))
    with pytest.raises(StoreError, match="damaged"):
        db.execute("SELECT max(a) FROM t").fetchone()
    db.close()


def test_faults_of_the_caller_come_through_as_they_are(file: Path) -> None:
    db = connect(file, writer=True)
    db.execute("CREATE TABLE t (a UNIQUE)")
    db.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("INSERT INTO t VALUES (?)")
    db.close()
