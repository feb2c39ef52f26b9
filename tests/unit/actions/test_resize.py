import pytest
from pydantic import ValidationError

from pictured.actions import Resize


@pytest.mark.parametrize(
    "size",
    [
        {"width": 100},
        {"width": 100, "height": 50, "fit": "cover"},
        {"long_edge": 2048},
        {"short_edge": 1},
        {"megapixels": 0.5},
        {"percent": 50},
    ],
)
def test_one_way_to_give_the_size_is_taken(size: dict[str, object]) -> None:
    assert not Resize.model_validate({"action": "resize", **size}).enlarge


@pytest.mark.parametrize(
    "size",
    [
        {},
        {"width": 100, "long_edge": 2048},
        {"percent": 50, "megapixels": 1},
        {"long_edge": 0},
        {"long_edge": 2048, "fit": "cover"},
        {"width": 100, "fit": "stretch"},
    ],
)
def test_no_way_or_two_ways_are_refused(size: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Resize.model_validate({"action": "resize", **size})
