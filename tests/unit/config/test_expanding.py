from pathlib import Path

import pytest

from pictured.config.expanding import Surroundings, expanded

AROUND = Surroundings({"PHOTOS": "/mnt/photos", "YEAR": "2024", "EMPTY": ""}, Path("/home/ada"), Path("/etc/pictured"))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~", "/home/ada"),
        ("~/Pictures", "/home/ada/Pictures"),
        ("$PHOTOS/in", "/mnt/photos/in"),
        ("${PHOTOS}x/$YEAR", "/mnt/photosx/2024"),
        ("/a/~b/$$RECYCLE.BIN", "/a/~b/$RECYCLE.BIN"),
        ("/price/5$", "/price/5$"),
        ("best", "/etc/pictured/best"),
        ("/absolute", "/absolute"),
    ],
)
def test_home_and_variables_are_expanded(text: str, path: str) -> None:
    assert expanded(text, AROUND) == path


def test_variables_are_expanded_once() -> None:
    around = Surroundings({"A": "/x/$B"}, Path("/home/ada"), Path("/"))
    assert expanded("$A", around) == "/x/$B"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$NOPE/x", "NOPE is not defined"),
        ("/x/${NOPE}", "NOPE is not defined"),
        ("$EMPTY", "EMPTY is not defined"),
        ("${}", "${} is not defined"),
        ("~bob/x", "not ~bob"),
        ("", "expected a path"),
        ("  ", "expected a path"),
        ("a\0b", "NUL"),
    ],
)
def test_what_cannot_be_expanded_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        expanded(text, AROUND)
    assert told in str(caught.value)
