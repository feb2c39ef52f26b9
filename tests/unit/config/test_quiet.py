import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pictured.config.quiet import Span, quiet_at, span
from pictured.config.schedule import Schedule

DAY = 24 * 60
MINUTES = st.integers(0, DAY - 1)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("22:00-07:00", Span(1320, 420)),
        (" 9:30 - 12:00 ", Span(570, 720)),
        ("00:00-24:00", Span(0, DAY)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, read: Span) -> None:
    assert span(text) == read
    assert span(read) == read


@pytest.mark.parametrize("text", ["", "22:00", "22:00-22:00", "25:00-07:00", "22:60-07:00", "22-7", "22:00-24:30", 7])
def test_other_texts_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected hours"):
        span(text)


@given(MINUTES, MINUTES)
def test_what_is_written_is_read_again(begin: int, end: int) -> None:
    if begin != end:
        assert span(str(Span(begin, end))) == Span(begin, end)


@given(MINUTES, MINUTES, MINUTES)
def test_of_two_spans_that_meet_each_minute_lies_in_one(begin: int, end: int, minute: int) -> None:
    if begin != end:
        one, other = quiet_at(minute, [Span(begin, end)]), quiet_at(minute, [Span(end, begin)])
        assert one is not other


def test_the_first_minute_belongs_to_it_and_the_last_does_not() -> None:
    night = [Span(1320, 420)]
    assert [quiet_at(minute, night) for minute in (1319, 1320, 0, 419, 420)] == [False, True, True, True, False]
    assert quiet_at(0, []) is False


def test_one_span_or_a_list_may_be_configured() -> None:
    one = Schedule.model_validate({"quiet_hours": "22:00-07:00"})
    both = Schedule.model_validate({"quiet_hours": ["22:00-07:00", "12:00-13:00"]})
    assert (one.quiet_hours, len(both.quiet_hours)) == ((Span(1320, 420),), 2)
    assert both.model_dump(mode="json")["quiet_hours"] == ["22:00-07:00", "12:00-13:00"]
    with pytest.raises(ValidationError, match="expected hours"):
        Schedule.model_validate({"quiet_hours": "at night"})
