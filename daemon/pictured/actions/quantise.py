"""The action `quantise`."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pictured.imaging.operations.quantise import Quantise as Operation


class Quantise(BaseModel):
    """Reduce a picture to a few colours, chosen by k-means, and store it as a palette picture.

    A palette picture holds for each pixel the number of its colour (1 to 8 bits) and the colours once. The log tells
    the colours before and after, the bytes of the plain pixels, of indices and palette, and of the file, and how near
    the result is to the picture (PSNR and SSIM). What it saves is a matter of those bytes: from a photograph with
    100,000 of 16.7 million possible colours to 16 colours is 6 times less before compression, not a million times.

    A picture that has no more than `colours` stays as it is, to the pixel. With `dither` neighbouring pixels make up
    for each other's error: smoother to the eye, but farther from the picture by any measure, and a larger file.

    The result is a PNG, unless a `convert` to gif or tiff follows; formats without palette lose the saving. 16 bits
    become 8, CMYK becomes sRGB. What is fully transparent gets one colour of its own. Animations are refused.

    ```yaml
    - action: quantise
      colours: 16
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["quantise"] = Field(description="Reduce the picture to a few colours.")
    colours: Annotated[int, Field(ge=2, le=256)] = Field(description="How many colours are left, 2 to 256.")
    space: Literal["rgb", "oklab"] = Field(
        default="rgb",
        description="Where colours are compared: `rgb` gives the smallest error (the highest PSNR), `oklab` keeps what "
        "the eye tells apart, such as dark tones and hues.",
    )
    dither: bool = Field(default=False, description="Diffuse the error to neighbouring pixels (Floyd-Steinberg).")
    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        default=0, description="Start of the random choices; the same seed gives the same result."
    )

    def operation(self, _facts: Mapping[str, str]) -> Operation:
        """Give the operation that carries this out. It has no texts to be filled in."""
        return Operation(self.colours, self.space, self.dither, self.seed)
