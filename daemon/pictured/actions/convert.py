"""The action `convert`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.imaging.operations.encoding import Encoding


class Convert(BaseModel):
    """Store a picture in another format, or in the same one with another quality.

    A number as `quality` is the encoder's own: 85 is not the same in JPEG and in AVIF. The three targets are the same
    in every format. They are found by coding the picture a few times and comparing each result with the picture by a
    perceptual metric, whose points are about those of SSIMULACRA 2: `visually_lossless` is 87 (not told apart side by
    side), `high` 77 (no disturbing difference) and `small` 60 (visible at a second look). PNG, TIFF and GIF take no
    quality; a PNG is reduced to 256 colours for `high` and `small` if that meets the target.

    `format: auto` codes the picture in every format that fits its content (JPEG, WebP and AVIF for photographs; PNG and
    lossless WebP as well for graphics and text, both also with 256 colours where that meets the target; WebP and GIF
    for animations) and keeps the smallest that meets the target. What each of them would have taken is told in the log.

    What a format cannot hold is given up, and the log says so: transparency becomes white in JPEG, 16 bits become 8 in
    JPEG, WebP and GIF, CMYK becomes sRGB in all but JPEG and TIFF. An animation stays one in GIF and WebP and is
    refused by the others. JPEG XL needs the package pillow-jxl-plugin.

    ```yaml
    - action: convert
      format: auto
      quality: visually_lossless
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["convert"] = Field(description="Store the picture in another format or quality.")
    format: Literal["auto", "jpeg", "png", "webp", "avif", "gif", "tiff", "jxl"] = Field(
        description="The format; `auto` tries those that fit the content and keeps the smallest that meets `quality`."
    )
    quality: Annotated[int, Field(ge=1, le=100)] | Literal["visually_lossless", "high", "small"] = Field(
        default="visually_lossless",
        description="A number of the format's own scale, 1 to 100, or a target that is searched for with a "
        "perceptual metric: `visually_lossless`, `high` or `small`.",
    )
    progressive: bool = Field(
        default=True,
        description="Code a JPEG in scans from coarse to fine, which is also smaller. Above 33 megapixels it is coded "
        "from top to bottom in any case, because the scans need the whole picture in memory.",
    )
    subsampling: Literal["auto", "4:4:4", "4:2:0"] = Field(
        default="auto",
        description="Resolution of the colours in JPEG and AVIF: full (`4:4:4`) or halved both ways (`4:2:0`); `auto` "
        "keeps that of a JPEG, and halves it for photographs, but not for graphics.",
    )

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if self.format == "auto" and isinstance(self.quality, int):
            raise ValueError(
                "`format: auto` needs a quality that all formats share: visually_lossless, high or small, not a number"
            )
        return self

    def operation(self, _facts: Mapping[str, str]) -> Encoding:
        """Give the operation that carries this out. It has no texts to be filled in."""
        return Encoding(self.format, self.quality, progressive=self.progressive, subsampling=self.subsampling)
