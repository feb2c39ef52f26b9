import os
import sqlite3
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.flow import Stamp
from pictured.store import rows

NAMES = (
    st.binary(min_size=1, max_size=6)
    .filter(lambda name: b"/" not in name and b"\0" not in name)
    .filter(lambda name: name not in (b".", b".."))
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: Path(os.fsdecode(b"/" + b"/".join(names))))
INTEGERS = st.integers(-(2**63), 2**64)


@given(PATHS)
def test_a_path_of_any_bytes_comes_back(path: Path) -> None:
    folder, name = rows.file_key(path)
    assert rows.path_from(rows.key(path)) == rows.path_from(folder + name) == path
    assert (rows.path_from(folder), rows.name_from(name)) == (path.parent, path.name)
    assert folder == rows.folder_key(path.parent)
    assert rows.path_from(rows.folder_key(path)) == path


@given(PATHS, PATHS)
def test_a_folder_is_in_the_range_of_another_exactly_when_it_is_the_same_or_lies_below(one: Path, other: Path) -> None:
    for path in (one, other, one / other.name, one.parent / (one.name + other.name), Path("/")):
        for folder in (one, other, Path("/")):
            first, last = rows.subtree(rows.folder_key(folder))
            assert (first <= rows.folder_key(path) < last) == path.is_relative_to(folder)


@given(st.lists(PATHS, max_size=6))
def test_folders_that_lie_below_another_are_left_out(folders: list[Path]) -> None:
    kept = [rows.path_from(folder) for folder in rows.apart(folders)]
    assert set(kept) == {f for f in folders if not any(f != other and f.is_relative_to(other) for other in folders)}
    assert len(kept) == len(set(kept))


@given(INTEGERS, INTEGERS, INTEGERS)
def test_a_stamp_with_integers_of_any_size_comes_back_from_the_database(mtime: int, inode: int, device: int) -> None:
    stamp = Stamp(1, mtime, inode, device, mtime)
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE stamps (size, mtime_ns, inode, device, changed_ns)")
    db.execute("INSERT INTO stamps VALUES (?, ?, ?, ?, ?)", rows.stamp_row(stamp))
    assert astuple(rows.stamp_from(db.execute("SELECT * FROM stamps").fetchone())) == astuple(stamp)
    assert db.execute("SELECT 1 FROM stamps WHERE inode = ?", (rows.number(inode),)).fetchone() == (1,)
    db.close()


@pytest.mark.parametrize(
    ("given", "kept"), [("Müller 📷", "Müller 📷"), ("a\udcff\ud800", "a\\udcff\\ud800"), ("a\0b", "a\\x00b"), ("", "")]
)
def test_a_text_is_kept_except_for_what_a_database_cannot_keep(given: str, kept: str) -> None:
    assert rows.text(given) == kept == rows.optional_text(given)
