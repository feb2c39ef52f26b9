from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.filenames import LONGEST, moment_of, moment_taken, numbered, safe, split, tree_below


@given(st.text())
def test_the_result_is_always_one_safe_name(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    name = safe(text)
    assert 0 < len(name.encode()) <= LONGEST
    assert not {"/", "\0"} & set(name)
    assert not name.startswith(".")
    for n in (2, 10, 12345):
        other = numbered(name, n)
        assert len(other.encode()) <= LONGEST
        assert other != name


def test_long_names_are_cut_and_keep_their_extension() -> None:
    assert safe("ä" * 300 + ".jpeg") == "ä" * 125 + ".jpeg"
    assert numbered("ä" * 125 + ".jpeg", 2) == "ä" * 123 + " (2).jpeg"


def test_numbers_stand_before_the_extension() -> None:
    assert [numbered("photo.jpg", n) for n in (1, 2, 3)] == ["photo.jpg", "photo (2).jpg", "photo (3).jpg"]
    assert numbered("photo", 2) == "photo (2)"
    assert numbered("v1. a long remark and no extension", 2) == "v1. a long remark and no extension (2)"


@pytest.mark.parametrize(
    ("name", "parts"), [("a.b.jpg", ("a.b", ".jpg")), (".hidden", (".hidden", "")), ("a", ("a", ""))]
)
def test_a_name_is_split_before_its_last_dot(name: str, parts: tuple[str, str]) -> None:
    assert split(name) == parts


@given(st.integers(min_value=-62_135_596_800, max_value=253_402_300_799))
def test_moments_are_those_of_the_calendar(second: int) -> None:
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    assert moment_of(second * 10**9) == expected.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


@pytest.mark.parametrize("taken", [None, "0000:00:00 00:00:00", "2019"])
def test_without_an_exposure_time_the_files_time_is_the_date(taken: str | None) -> None:
    assert moment_taken(taken, 1_000_000_000 * 10**9) == "2001-09-09T01:46:40"
    assert moment_taken("2019-07-14T12:30:05", 0) == "2019-07-14T12:30:05"


def test_a_tree_is_repeated_below_the_first_root_that_holds_the_path() -> None:
    roots = (Path("/a"), Path("/a/b"))
    assert tree_below(Path("/a/b/c/d.jpg"), roots) == Path("b/c")
    assert tree_below(Path("/x/d.jpg"), roots) == Path()
