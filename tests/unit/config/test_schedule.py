import pytest
from pydantic import ValidationError

from pictured.config.schedule import At, Every, Schedule, moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every 6h", Every(21600.0, "every 6h")),
        ("Every  90 min", Every(5400.0, "every 90 min")),
        ("03:00", At(None, 3, 0)),
        ("7:05", At(None, 7, 5)),
        ("sun 23:59", At("sun", 23, 59)),
        ("MON 00:00", At("mon", 0, 0)),
    ],
)
def test_times_are_read_as_people_write_them(text: str, expected: Every | At) -> None:
    assert moment(text) == expected
    assert moment(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    ["0 3 * * 0", "0 03:00", "24:00", "03:60", "sunday 03:00", "every", "every day", "every 5s", "6h", "", 3, None],
)
def test_other_ways_are_refused_with_what_was_expected(text: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        moment(text)


def test_one_time_need_not_be_a_list() -> None:
    schedule = Schedule.model_validate({"rescan": "sun 03:00", "report": ["mon 08:00", "every 1d"]})
    assert schedule.rescan == (At("sun", 3, 0),)
    assert schedule.report == (At("mon", 8, 0), Every(86400.0, "every 1d"))
    assert schedule.model_dump(mode="json")["report"] == ["mon 08:00", "every 1d"]


def test_folders_are_always_rescanned_sometimes() -> None:
    assert Schedule().rescan == (Every(21600.0, "every 6h"),)
    with pytest.raises(ValidationError):
        Schedule.model_validate({"rescan": []})
