"""The action `pad`."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Colour, Gravity, Pixels

Aspect = Annotated[str, Field(pattern=r"^[1-9]\d*:[1-9]\d*$")]
"""Width to height, written `16:9`."""


class Pad(BaseModel):
    """Put a border around a picture up to an exact size or aspect; no pixel of the picture is resampled.

    The size is given by `width` and `height` (or one of them), or by `aspect`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["pad"] = Field(description="Add a border up to an exact size or aspect.")
    width: Pixels | None = Field(default=None, description="Width of the result, in pixels.")
    height: Pixels | None = Field(default=None, description="Height of the result, in pixels.")
    aspect: Aspect | None = Field(default=None, description="Width to height of the result, such as `16:9`.")
    fill: Literal["colour", "edge", "reflect", "blur", "transparent"] = Field(
        default="colour",
        description="What the border shows: a `colour`, the repeated `edge`, the picture's reflection (`reflect`), a "
        "blurred copy (`blur`), or nothing (`transparent`).",
    )
    colour: Colour = Field(default="#ffffff", description="The border's colour, `#rrggbb` or `#rrggbbaa`.")
    gravity: Gravity = Field(default="centre", description="Where the picture stands in the result.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.aspect is None) == (self.width is None and self.height is None):
            raise ValueError("give either aspect, or width and height")
        return self
