"""A manifest of tiles, read back and held against what it may say. Apart from writing, which does without pydantic."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pictured.errors import Refused
from pictured.imaging.operations.tile import Tile
from pictured.imaging.rendering.canvas import Window
from pictured.imaging.rendering.grid import MOST, windows

_Length = Annotated[int, Field(ge=1, le=1_000_000)]
_Start = Annotated[int, Field(ge=0, le=1_000_000)]
_Name = Annotated[str, Field(max_length=255, pattern=r"^[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*$")]
_Source = Annotated[str, Field(max_length=255, pattern=r"^[^/\\\x00-\x1f\x7f]+$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Asked(_Strict):
    """How the picture was cut."""

    width: _Length
    height: _Length
    overlap: Annotated[int, Field(ge=0, le=1_000_000)]
    last: Literal["pad", "shift", "partial", "crop"]


class Entry(_Strict):
    """One tile."""

    file: _Name
    row: _Start
    column: _Start
    x: _Start
    y: _Start
    width: _Length
    height: _Length
    sha256: _Digest

    @property
    def window(self) -> Window:
        """Where it lies."""
        return Window(self.row, self.column, self.x, self.y, self.width, self.height)


class Layout(_Strict):
    """A whole manifest; see `manifest.manifest` for what it says."""

    kind: Literal["pictured tiles"]
    version: Literal[1]
    source: _Source
    width: _Length
    height: _Length
    bands: Annotated[int, Field(ge=1, le=5)]
    bit_depth: Literal[8, 16]
    mode: Literal["grey", "rgb", "cmyk", "lab"]
    alpha: bool
    tile: Asked
    lossless: bool
    pixels_sha256: _Digest
    tiles: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=MOST)]


def layout(content: bytes, most: int) -> Layout:
    """Read a manifest, as `manifest.manifest` wrote it. Its tiles lie side by side and cover the whole picture.

    `most` is how many pixels a picture or tile may have. Raises Refused with a predicate text.
    """
    try:
        found = Layout.model_validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"is no manifest of tiles{' (' + where + ')' if where else ''}: {first['msg']}.") from error
    _require(found.tile.overlap < min(found.tile.width, found.tile.height), "its tiles overlap whole")
    for width, height in ((found.width, found.height), (found.tile.width, found.tile.height)):
        _require(width * height <= most, "it tells of more pixels than limits.megapixels allows")
    asked = Tile(found.tile.width, found.tile.height, found.tile.overlap, found.tile.last)
    placed = windows(found.width, found.height, asked)
    _require(
        tuple(each.window for each in found.tiles) == placed, "its tiles do not lie where it says that they were cut"
    )
    _require(len({each.file for each in found.tiles}) == len(found.tiles), "it names a file twice")
    return found


def _require(holds: bool, wrong: str) -> None:  # noqa: FBT001  a condition
    if not holds:
        raise Refused(f"cannot be right: {wrong}.")
