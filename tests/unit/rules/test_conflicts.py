from pathlib import Path

import pytest

from pictured.flow import Form, Placed, Stamp
from pictured.rules.conflicts import Choice, OnConflict, Result, Taken, chosen

FIRST, SECOND, SOURCE = Path("/web/a.jpg"), Path("/web/a (2).jpg"), Path("/p/a.jpg")
RESULT = Result(b"new", 100, "rules/web", SOURCE)
FOREIGN = Taken(b"other")
EVERY: tuple[OnConflict, ...] = ("skip", "rename", "keep_better", "replace_own")


def own(source: Path = SOURCE, entry: str = "rules/web") -> Placed:
    return Placed(1, entry, FIRST, Stamp(1, 1, 1), b"old", source, Form.COPY, "why")


@pytest.mark.parametrize("on_conflict", EVERY)
def test_a_free_name_is_taken(on_conflict: OnConflict) -> None:
    assert chosen(FIRST, RESULT, {}, on_conflict) == Choice(FIRST)


@pytest.mark.parametrize("on_conflict", EVERY)
def test_the_same_bytes_are_not_written_twice(on_conflict: OnConflict) -> None:
    choice = chosen(FIRST, RESULT, {FIRST: Taken(b"new", own())}, on_conflict)
    assert choice.kept == "a.jpg already holds the same bytes"


@pytest.mark.parametrize("on_conflict", EVERY)
def test_a_file_of_somebody_else_is_never_replaced(on_conflict: OnConflict) -> None:
    choice = chosen(FIRST, RESULT, {FIRST: FOREIGN}, on_conflict)
    assert choice.replaces is None
    assert (choice.target, choice.kept is None) == ((FIRST, False) if on_conflict == "skip" else (SECOND, True))


@pytest.mark.parametrize("placed", [own(Path("/p/b.jpg")), own(entry="rules/print")])
@pytest.mark.parametrize("on_conflict", EVERY[1:])
def test_the_result_of_another_picture_or_rule_is_not_replaced(on_conflict: OnConflict, placed: Placed) -> None:
    assert chosen(FIRST, RESULT, {FIRST: Taken(b"old", placed)}, on_conflict) == Choice(SECOND)


def test_an_older_result_of_the_same_picture_is_replaced() -> None:
    assert chosen(FIRST, RESULT, {FIRST: Taken(b"old", own())}, "replace_own") == Choice(FIRST, own())
    assert chosen(FIRST, RESULT, {FIRST: Taken(b"old", own())}, "rename") == Choice(SECOND)


@pytest.mark.parametrize(("pixels", "kept"), [(101, True), (100, False), (None, False)])
def test_what_has_more_pixels_is_kept_where_that_is_asked(pixels: int | None, kept: bool) -> None:  # noqa: FBT001
    choice = chosen(FIRST, RESULT, {FIRST: Taken(b"old", own(), pixels)}, "keep_better")
    assert (choice.kept is not None) is kept
