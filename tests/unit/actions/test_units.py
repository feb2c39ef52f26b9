import pytest
from pydantic import TypeAdapter, ValidationError

from pictured.actions.units import Colour, Fraction, Gravity, Pixels


@pytest.mark.parametrize(
    ("unit", "value"), [(Pixels, 1), (Fraction, 0.5), (Gravity, "top-left"), (Colour, "#00ff00"), (Colour, "#00ff0080")]
)
def test_values_within_the_unit_are_taken(unit: type[object], value: object) -> None:
    assert TypeAdapter(unit).validate_python(value) == value


@pytest.mark.parametrize(
    ("unit", "value"),
    [(Pixels, 0), (Pixels, 1_000_001), (Fraction, 1.01), (Fraction, -1), (Gravity, "middle"), (Colour, "red")],
)
def test_values_outside_the_unit_are_refused(unit: type[object], value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(unit).validate_python(value)
