"""The action `pad`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Colour, Gravity, Pixels
from pictured.imaging import operations

Aspect = Annotated[str, Field(pattern=r"^[1-9]\d{0,5}:[1-9]\d{0,5}$")]
"""Width to height, written `16:9`."""


class Pad(BaseModel):
    """Put a border around a picture up to an exact size or aspect; no pixel of the picture is resampled.

    The size is given by `width` and `height` (or one of them), or by `aspect`. It is that of the upright picture, as it
    is seen. A side that is longer already stays as it is: nothing is cut off; resize first for an exact frame.

    ```yaml
    - action: pad
      aspect: "16:9"
      fill: blur
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["pad"] = Field(description="Add a border up to an exact size or aspect.")
    width: Pixels | None = Field(default=None, description="Width of the result, in pixels.")
    height: Pixels | None = Field(default=None, description="Height of the result, in pixels.")
    aspect: Aspect | None = Field(default=None, description="Width to height of the result, such as `16:9`.")
    fill: Literal["colour", "edge", "reflect", "blur", "transparent"] = Field(
        default="colour",
        description="What the border shows: a `colour`, the repeated `edge`, the picture's reflection (`reflect`), a "
        "blurred copy (`blur`), or nothing (`transparent`; white where the format has no transparency).",
    )
    colour: Colour = Field(default="#ffffff", description="The border's colour in sRGB, `#rrggbb` or `#rrggbbaa`.")
    gravity: Gravity = Field(default="centre", description="Where the picture stands in the result.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.aspect is None) == (self.width is None and self.height is None):
            raise ValueError("give either aspect, or width and height")
        return self

    def operation(self, _facts: Mapping[str, str]) -> operations.Pad:
        """Give the operation; nothing is filled in."""
        across, _, down = (self.aspect or "").partition(":")
        return operations.Pad(
            width=self.width,
            height=self.height,
            aspect=(int(across), int(down)) if self.aspect is not None else None,
            fill=self.fill,
            colour=self.colour,
            gravity=self.gravity,
        )
