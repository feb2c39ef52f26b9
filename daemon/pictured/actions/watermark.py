"""The action `watermark`."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Fraction, Gravity
from pictured.templates import Takes, parse

PLACEHOLDERS = {
    "stem": Takes.NOTHING,
    "width": Takes.NOTHING,
    "height": Takes.NOTHING,
    "date": Takes.DATE,
    "exif.*": Takes.NOTHING,
}
"""What may stand in the text of a watermark."""


def _text(text: str) -> str:
    parse(text, PLACEHOLDERS)
    return text


class Watermark(BaseModel):
    """Draw a visible text or logo over a picture. The picture needs either `text` or `logo`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["watermark"] = Field(description="Draw a visible text or logo over the picture.")
    text: Annotated[str, Field(min_length=1), AfterValidator(_text)] | None = Field(
        default=None,
        description="The text. Placeholders: `{stem}`, `{width}`, `{height}`, `{date:%Y}` and EXIF fields such as "
        "`{exif.artist}` and `{exif.year}`.",
    )
    logo: Path | None = Field(default=None, description="A PNG or SVG file to draw instead of a text.")
    position: Gravity = Field(default="bottom-right", description="Where it stands.")
    size: Annotated[Fraction, Field(gt=0)] = Field(
        default=0.04, description="Height of the text or logo, as a fraction of the picture's shorter edge."
    )
    margin: Fraction = Field(
        default=0.02, description="Distance to the edges, as a fraction of the picture's shorter edge."
    )
    opacity: Fraction = Field(default=0.6, description="From 0 (not to be seen) to 1 (covers what is below).")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.logo is None):
            raise ValueError("give either text or logo")
        return self
