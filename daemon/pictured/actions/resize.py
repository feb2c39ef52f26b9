"""The action `resize`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Gravity, Pixels
from pictured.imaging import operations

_WAYS = ("long_edge", "short_edge", "megapixels", "percent")
_FITS = {"fit": "inside", "fill": "stretch"}


class Resize(BaseModel):
    """Resample a picture to another size. Proportions are kept unless `fit: stretch` says otherwise.

    The size is given in one way: by `width` and `height` (or one of them), or by exactly one of `long_edge`,
    `short_edge`, `megapixels` and `percent`. It is that of the upright picture, as it is seen. A picture that is small
    enough already stays as it is, unless `enlarge: true` asks for more. Every frame of an animation is resized, and
    16 bits stay 16 bits.

    Pictures that become smaller are read a few rows at a time, so that large ones need little memory. Progressive JPEG,
    interlaced PNG, WebP and AVIF must be held as a whole while they are read.

    ```yaml
    - action: resize
      long_edge: 2048
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["resize"] = Field(description="Resample the picture to another size.")
    width: Pixels | None = Field(default=None, description="Width of the result or of its frame, in pixels.")
    height: Pixels | None = Field(default=None, description="Height of the result or of its frame, in pixels.")
    long_edge: Pixels | None = Field(default=None, description="Length of the longer edge, in pixels.")
    short_edge: Pixels | None = Field(default=None, description="Length of the shorter edge, in pixels.")
    megapixels: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None, description="Area of the result, in millions of pixels."
    )
    percent: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        default=None, description="Length of both edges, in per cent of the original; above 100 with `enlarge: true`."
    )
    fit: Literal["inside", "fit", "cover", "stretch", "fill"] = Field(
        default="inside",
        description="With `width` and `height`: `inside` (or `fit`) keeps the whole picture within the frame, `cover` "
        "fills the frame and cuts off what stands out, `stretch` (or `fill`, as in CSS) fills it without keeping the "
        "proportions.",
    )
    gravity: Gravity = Field(default="centre", description="The part that `fit: cover` keeps.")
    enlarge: bool = Field(default=False, description="Also make small pictures larger.")
    kernel: Literal["nearest", "linear", "cubic", "mitchell", "lanczos2", "lanczos3"] = Field(
        default="lanczos3",
        description="The filter. `nearest` invents no colours; `lanczos3` is the sharpest. What is enlarged knows "
        "`nearest` and `linear`, and is `cubic` with all others.",
    )
    linear_light: bool = Field(
        default=False,
        description="Average light instead of coded values, by the curve of sRGB: fine bright detail on dark ground "
        "keeps its brightness. Takes more time, and CMYK pictures are refused.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        framed = self.width is not None or self.height is not None
        if len(given) + framed != 1:
            raise ValueError(
                "give the size in exactly one way: width and height, long_edge, short_edge, megapixels or percent"
            )
        if _FITS.get(self.fit, self.fit) != "inside" and (self.width is None or self.height is None):
            raise ValueError(f"`fit: {self.fit}` needs both width and height")
        if self.percent is not None and self.percent > 100 and not self.enlarge:
            raise ValueError("percent above 100 needs `enlarge: true`")
        return self

    def operation(self, _facts: Mapping[str, str]) -> operations.Resize:
        """Give the operation; nothing is filled in."""
        return operations.Resize(
            width=self.width,
            height=self.height,
            long_edge=self.long_edge,
            short_edge=self.short_edge,
            megapixels=self.megapixels,
            percent=self.percent,
            fit=_FITS.get(self.fit, self.fit),
            gravity=self.gravity,
            enlarge=self.enlarge,
            kernel=self.kernel,
            linear_light=self.linear_light,
        )
