"""The action `convert`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Convert(BaseModel):
    """Store a picture in another format, or in the same one with another quality."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["convert"] = Field(description="Store the picture in another format or quality.")
    format: Literal["auto", "jpeg", "png", "webp", "avif", "gif", "tiff"] = Field(
        description="The format; `auto` tries those that fit the content and keeps the smallest that meets `quality`."
    )
    quality: Annotated[int, Field(ge=1, le=100)] | Literal["visually_lossless", "high", "small"] = Field(
        default="visually_lossless",
        description="A number of the format's own scale, 1 to 100, or a target that is searched for with a "
        "perceptual metric: `visually_lossless`, `high` or `small`.",
    )
