import sqlite3
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.flow import Stamp
from pictured.store import rows

INTEGERS = st.integers(-(2**63), 2**64)


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


def test_there_is_a_placeholder_for_each_value() -> None:
    assert [rows.marks(values) for values in ([], [1], (1, 2, 3))] == ["", "?", "?, ?, ?"]
