import pytest
from pydantic import ValidationError

from pictured.actions import Convert


@pytest.mark.parametrize("quality", [1, 100, "visually_lossless", "high", "small"])
def test_quality_is_a_number_or_a_target(quality: object) -> None:
    assert Convert.model_validate({"action": "convert", "format": "webp", "quality": quality}).quality == quality


@pytest.mark.parametrize("fault", [{"quality": 0}, {"quality": 101}, {"quality": "best"}, {"format": "jpg2"}])
def test_what_cannot_be_meant_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Convert.model_validate({"action": "convert", "format": "auto"} | fault)
