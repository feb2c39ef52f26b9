from dataclasses import FrozenInstanceError

import pytest

from pictured.flow import Kind, Transform
from pictured.matching.found import Found


def test_what_was_found_is_never_changed_and_shows_all_of_the_picture_unless_told() -> None:
    found = Found(3, Kind.SAME, 0.9, Transform())

    assert (found.shown, found.alike, found.framed, found.measures) == (1, 1, 0, {})
    with pytest.raises(FrozenInstanceError):
        found.kind = Kind.EXACT  # type: ignore[misc]
