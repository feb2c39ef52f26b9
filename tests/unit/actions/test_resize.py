import pytest
from pydantic import ValidationError

from pictured.actions.resize import Resize
from pictured.imaging import operations


@pytest.mark.parametrize(
    "size",
    [
        {"width": 100},
        {"width": 100, "height": 50, "fit": "cover"},
        {"width": 100, "fit": "fit"},
        {"width": 100, "height": 50, "fit": "fill"},
        {"long_edge": 2048},
        {"short_edge": 1},
        {"megapixels": 0.5},
        {"percent": 50},
        {"percent": 150, "enlarge": True},
    ],
)
def test_one_way_to_give_the_size_is_taken(size: dict[str, object]) -> None:
    assert Resize.model_validate({"action": "resize", **size}).kernel == "lanczos3"


@pytest.mark.parametrize(
    "size",
    [
        {},
        {"width": 100, "long_edge": 2048},
        {"percent": 50, "megapixels": 1},
        {"percent": 150},
        {"long_edge": 0},
        {"megapixels": float("inf")},
        {"long_edge": 2048, "fit": "cover"},
        {"width": 100, "fit": "stretch"},
        {"width": 100, "fit": "fill"},
        {"width": 100, "kernel": "sinc"},
    ],
)
def test_no_way_or_two_ways_are_refused(size: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Resize.model_validate({"action": "resize", **size})


def test_it_enlarges_only_if_asked() -> None:
    assert not Resize(action="resize", width=10).operation({}).enlarge


@pytest.mark.parametrize(("fit", "meant"), [("fit", "inside"), ("fill", "stretch"), ("cover", "cover")])
def test_the_operation_knows_one_name_for_each_fit(fit: str, meant: str) -> None:
    settings = Resize.model_validate({"action": "resize", "width": 3, "height": 2, "fit": fit, "linear_light": True})
    assert settings.operation({}) == operations.Resize(width=3, height=2, fit=meant, linear_light=True)
