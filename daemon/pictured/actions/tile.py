"""The action `tile`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Pixels
from pictured.imaging.operations.tile import Tile as Operation


class Tile(BaseModel):
    """Cut a picture into pieces of one size, with a manifest that tells where each of them lies.

    Nothing is resampled and nothing is lost: where the last piece of a row or column stands out of the picture, `last`
    says what is done. Neighbours share `overlap` pixels.

    The pieces get a folder of their own, with names such as `r000-c001.png` (row and column, from 0), and a
    `manifest.json` that gives for each file its place in the picture. They are stored without loss: TIFF stays TIFF,
    everything else becomes PNG, 16 bits stay 16 bits. A `convert` after it may decide otherwise, and the manifest says
    whether the pieces hold the very pixels of the picture. Actions that follow are done to each piece.

    `pictured untile manifest.json` puts the picture together again, with every pixel as it was. At most 10,000 pieces
    are made of one picture. Animations are refused.

    ```yaml
    - action: tile
      width: 512
      overlap: 32
      last: pad
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["tile"] = Field(description="Cut the picture into pieces of one size.")
    width: Pixels = Field(description="Width of a piece, in pixels.")
    height: Pixels | None = Field(default=None, description="Height of a piece, in pixels; by default its width.")
    overlap: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=0, description="Pixels that a piece shares with the next one; less than its width and height."
    )
    last: Literal["pad", "shift", "partial", "crop"] = Field(
        default="pad",
        description="Where the last piece stands out of the picture: `pad` fills it up with the picture's reflection, "
        "`shift` moves it back into the picture (one that is smaller than a piece is filled up), `partial` makes it "
        "smaller, `crop` leaves it out, so that up to a piece's width of the picture is lost.",
    )

    @model_validator(mode="after")
    def _advances(self) -> Self:
        if self.overlap >= min(self.width, self.height or self.width):
            raise ValueError("overlap has to be less than width and height")
        return self

    def operation(self, _facts: Mapping[str, str]) -> Operation:
        """Give the operation that carries this out. It has no texts to be filled in."""
        return Operation(self.width, self.height or self.width, self.overlap, self.last)
