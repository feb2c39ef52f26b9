"""The action `resize`."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Gravity, Pixels

_WAYS = ("long_edge", "short_edge", "megapixels", "percent")


class Resize(BaseModel):
    """Resample a picture to another size. Proportions are kept unless `fit: stretch` says otherwise.

    The size is given in one way: by `width` and `height` (or one of them), or by exactly one of `long_edge`,
    `short_edge`, `megapixels` and `percent`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["resize"] = Field(description="Resample the picture to another size.")
    width: Pixels | None = Field(default=None, description="Width of the result or of its frame, in pixels.")
    height: Pixels | None = Field(default=None, description="Height of the result or of its frame, in pixels.")
    long_edge: Pixels | None = Field(default=None, description="Length of the longer edge, in pixels.")
    short_edge: Pixels | None = Field(default=None, description="Length of the shorter edge, in pixels.")
    megapixels: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Area of the result, in millions of pixels."
    )
    percent: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        default=None, description="Length of both edges, in per cent of the original."
    )
    fit: Literal["inside", "cover", "stretch"] = Field(
        default="inside",
        description="With `width` and `height`: `inside` keeps the whole picture within the frame, `cover` fills the "
        "frame and cuts off what stands out, `stretch` fills it without keeping the proportions.",
    )
    gravity: Gravity = Field(default="centre", description="The part that `fit: cover` keeps.")
    enlarge: bool = Field(default=False, description="Also make small pictures larger.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        framed = self.width is not None or self.height is not None
        if len(given) + framed != 1:
            raise ValueError(
                "give the size in exactly one way: width and height, long_edge, short_edge, megapixels or percent"
            )
        if self.fit != "inside" and (self.width is None or self.height is None):
            raise ValueError(f"`fit: {self.fit}` needs both width and height")
        return self
