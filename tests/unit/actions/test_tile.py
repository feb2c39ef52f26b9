import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from pictured.actions.tile import Tile
from pictured.imaging.operations import Tile as Operation


def test_a_tile_is_square_unless_a_height_is_given() -> None:
    assert Tile(action="tile", width=256).operation({}) == Operation(256, 256, 0, "pad")
    assert Tile(action="tile", width=256, height=64, overlap=8, last="crop").operation({}) == Operation(
        256, 64, 8, "crop"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"width": 0},
        {"width": 64, "height": -1},
        {"width": 64, "overlap": 64},
        {"width": 64, "height": 16, "overlap": 16},
        {"width": 64, "overlap": -1},
        {"width": 64, "last": "drop"},
        {"width": 64, "size": 64},
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Tile.model_validate({"action": "tile", **fields})


def test_the_example_of_the_manual_is_valid() -> None:
    example = (Tile.__doc__ or "").split("```yaml")[1].split("```")[0]
    (found,) = TypeAdapter(list[Tile]).validate_python(yaml.safe_load(example))
    assert found.operation({}) == Operation(512, 512, 32, "pad")
