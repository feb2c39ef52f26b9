import pytest
from pydantic import ValidationError

from pictured.actions.pad import Pad
from pictured.imaging import operations


@pytest.mark.parametrize("size", [{"aspect": "16:9"}, {"width": 100}, {"width": 100, "height": 100}])
def test_an_aspect_or_a_size_is_taken(size: dict[str, object]) -> None:
    assert Pad.model_validate({"action": "pad", **size}).fill == "colour"


@pytest.mark.parametrize(
    "size", [{}, {"aspect": "16:9", "width": 100}, {"aspect": "16:0"}, {"aspect": "1.5"}, {"aspect": f"1:{10**7}"}]
)
def test_no_size_or_two_are_refused(size: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Pad.model_validate({"action": "pad", **size})


def test_the_operation_has_numbers() -> None:
    settings = Pad(action="pad", aspect="16:9", fill="blur")
    assert settings.operation({}) == operations.Pad(aspect=(16, 9), fill="blur")
    assert Pad(action="pad", width=5).operation({}) == operations.Pad(width=5)
