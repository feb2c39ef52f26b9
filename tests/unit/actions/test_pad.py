import pytest
from pydantic import ValidationError

from pictured.actions import Pad


@pytest.mark.parametrize("size", [{"aspect": "16:9"}, {"width": 100}, {"width": 100, "height": 100}])
def test_an_aspect_or_a_size_is_taken(size: dict[str, object]) -> None:
    assert Pad.model_validate({"action": "pad", **size}).fill == "colour"


@pytest.mark.parametrize("size", [{}, {"aspect": "16:9", "width": 100}, {"aspect": "16:0"}, {"aspect": "1.5"}])
def test_no_size_or_two_are_refused(size: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Pad.model_validate({"action": "pad", **size})
