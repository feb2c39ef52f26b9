import os
import sqlite3
import sys
from pathlib import Path

import pytest

from pictured.errors import StoreError
from pictured.store.database import Database, transaction
from pictured.store.migrations import MIGRATIONS
from pictured.store.opening import open_store


def names(db: Database) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM runs ORDER BY name").fetchall()]


def add(db: Database, name: str) -> None:
    db.execute("INSERT INTO runs VALUES (?, 1.0)", (name,))


def test_a_writer_makes_a_folder_and_files_for_their_owner_only(tmp_path: Path) -> None:
    db = open_store(tmp_path / "a" / "state", writer=True)
    add(db, "one")
    assert (tmp_path / "a" / "state").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "a" / "state").iterdir()}
    assert modes == dict.fromkeys(["index.sqlite3", "index.sqlite3-wal", "index.sqlite3-shm"], 0o600)
    db.close()


def test_the_promised_settings_are_in_force(tmp_path: Path) -> None:
    db = open_store(tmp_path, writer=True)
    settings = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in settings] == ["wal", 2, 1, 10_000]
    assert db.isolation_level is None
    db.close()


def test_what_was_written_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        db = open_store(tmp_path, writer=True)
        add(db, name)
        db.close()
    db = open_store(tmp_path, writer=False)
    assert names(db) == ["one", "two"]
    db.close()


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system of macOS refuses names that are not UTF-8")
def test_a_state_folder_whose_name_is_not_utf8_works_for_writer_and_reader(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"st\xffte?#%41")
    open_store(folder, writer=True).close()
    open_store(folder, writer=False).close()
    assert (folder / "index.sqlite3").is_file()


def test_a_reader_works_while_a_writer_writes_and_sees_what_is_committed(tmp_path: Path) -> None:
    writer = open_store(tmp_path, writer=True)
    reader = open_store(tmp_path, writer=False)
    with transaction(writer):
        add(writer, "one")
        assert names(reader) == []
        late = open_store(tmp_path, writer=False)
        assert names(late) == []
    assert names(reader) == names(late) == ["one"]
    for db in (writer, reader, late):
        db.close()


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    open_store(tmp_path, writer=True).close()
    db = open_store(tmp_path, writer=False)
    with pytest.raises(StoreError, match="cannot be written"), transaction(db):
        add(db, "one")
    db.close()


def test_a_reader_without_an_index_is_told_what_to_do_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no index at .*index\.sqlite3 yet; run `pictured scan`"):
        open_store(tmp_path / "state", writer=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", [True, False])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, *, writer: bool) -> None:
    file = tmp_path / "index.sqlite3"
    file.write_text("this is a shopping list, and a long one, so that it could be a header" * 20)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"index\.sqlite3 is not a database; `pictured scan`"):
        open_store(tmp_path, writer=writer)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"index.sqlite3": before}


@pytest.mark.parametrize("writer", [True, False])
def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, *, writer: bool) -> None:
    file = tmp_path / "index.sqlite3"
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE recipes (a)")
    db.commit()
    db.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"index\.sqlite3 is a database of another program; move it away"):
        open_store(tmp_path, writer=writer)
    assert file.read_bytes() == before


@pytest.mark.parametrize("writer", [True, False])
def test_an_index_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path, *, writer: bool) -> None:
    db = open_store(tmp_path, writer=True)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    before = (tmp_path / "index.sqlite3").read_bytes()
    with pytest.raises(StoreError, match=r"index\.sqlite3 was made by a newer pictured .*update pictured"):
        open_store(tmp_path, writer=writer)
    assert (tmp_path / "index.sqlite3").read_bytes() == before


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite3").mkdir()
    with pytest.raises(StoreError, match=r"index\.sqlite3 cannot be made or written"):
        open_store(tmp_path, writer=True)
    with pytest.raises(StoreError, match=r"index\.sqlite3 cannot be (opened|read)"):
        open_store(tmp_path, writer=False)


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    db = open_store(tmp_path, writer=True)

    def add_and_fail() -> None:
        with transaction(db):
            add(db, "one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert (names(db), db.in_transaction) == ([], False)
    with transaction(db):
        add(db, "two")
    assert (names(db), db.in_transaction) == (["two"], False)
    db.close()


def test_a_transaction_inside_another_is_part_of_it(tmp_path: Path) -> None:
    db = open_store(tmp_path, writer=True)

    def add_inside_and_fail() -> None:
        with transaction(db):
            with transaction(db):
                add(db, "one")
            assert db.in_transaction
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_inside_and_fail()
    assert names(db) == []
    db.close()


def test_a_disk_that_is_full_within_a_transaction_takes_all_of_it_back(tmp_path: Path) -> None:
    db = open_store(tmp_path, writer=True)
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")

    def add_many() -> None:
        with transaction(db):
            for number in range(10_000):
                add(db, f"{number}")

    with pytest.raises(StoreError, match="disk is full"):
        add_many()
    assert (names(db), db.in_transaction) == ([], False)
    db.close()
