import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from pictured.actions.quantise import Quantise
from pictured.imaging.operations import Quantise as Operation


@pytest.mark.parametrize("colours", [2, 16, 256])
def test_from_two_to_256_colours(colours: int) -> None:
    assert Quantise(action="quantise", colours=colours).operation({}) == Operation(colours, "rgb", dither=False, seed=0)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"colours": 1},
        {"colours": 257},
        {"colours": 16, "space": "lab"},
        {"colours": 16, "seed": -1},
        {"colours": 16, "colors": 16},
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Quantise.model_validate({"action": "quantise", **fields})


def test_the_example_of_the_manual_is_valid() -> None:
    example = (Quantise.__doc__ or "").split("```yaml")[1].split("```")[0]
    (found,) = TypeAdapter(list[Quantise]).validate_python(yaml.safe_load(example))
    assert found.colours == 16
