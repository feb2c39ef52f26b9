import re

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from pictured.actions import Convert
from pictured.imaging.operations import Encoding


@pytest.mark.parametrize("quality", [1, 100, "visually_lossless", "high", "small"])
def test_quality_is_a_number_or_a_target(quality: object) -> None:
    assert Convert.model_validate({"action": "convert", "format": "webp", "quality": quality}).quality == quality


@pytest.mark.parametrize(
    "fault",
    [{"quality": 0}, {"quality": 101}, {"quality": "best"}, {"format": "jpg2"}, {"subsampling": "4:1:0"}],
)
def test_what_cannot_be_meant_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Convert.model_validate({"action": "convert", "format": "auto"} | fault)


def test_a_number_means_nothing_to_all_formats_together() -> None:
    with pytest.raises(ValidationError, match="visually_lossless, high or small"):
        Convert.model_validate({"action": "convert", "format": "auto", "quality": 80})


def test_the_operation_has_every_setting() -> None:
    settings = {"format": "jpeg", "quality": 70, "progressive": False, "subsampling": "4:4:4"}
    action = Convert.model_validate({"action": "convert", **settings})
    assert action.operation({}) == Encoding("jpeg", 70, progressive=False, subsampling="4:4:4")


def test_the_manual_has_an_example_that_loads() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", re.sub(r"(?m)^    ", "", Convert.__doc__ or ""), re.DOTALL)
    assert TypeAdapter(list[Convert]).validate_python(yaml.safe_load(example))
