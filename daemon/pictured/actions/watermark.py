"""The action `watermark`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pictured.actions.units import Colour, Fraction, Gravity
from pictured.imaging import operations
from pictured.templates import Placeholder, Takes, Template, dated, parse

PLACEHOLDERS = {
    "stem": Takes.NOTHING,
    "width": Takes.NOTHING,
    "height": Takes.NOTHING,
    "date": Takes.DATE,
    "exif.*": Takes.NOTHING,
}
"""What may stand in the text of a watermark."""

_MISSING = "\0"
_SEPARATORS = r"[,;:|/·•\u2013\u2014-]"
_TIDYING = (
    (re.compile(rf"[(\[]\s*{_MISSING}(?:\s*{_MISSING})*\s*[)\]]"), _MISSING),
    (re.compile(rf"\s*{_SEPARATORS}\s*{_MISSING}"), _MISSING),
    (re.compile(rf"^((?:\s*{_MISSING})+)\s*{_SEPARATORS}\s*", re.MULTILINE), r"\1"),
    (re.compile(rf"^(?:[^\S\n]*{_MISSING})+[^\S\n]*", re.MULTILINE), ""),
    (re.compile(rf"[^\S\n]*{_MISSING}"), ""),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST = 200


def _text(text: str) -> str:
    parse(text, PLACEHOLDERS)
    if not text.strip():
        raise ValueError("expected a text that shows something, not only spaces")
    return text


class Watermark(BaseModel):
    """Draw a visible text or logo over a picture. Give either `text` or `logo`.

    Lengths are fractions of the picture, so that small and large pictures look alike. A text that would be wider than
    the picture is drawn smaller; a logo that would be larger is refused. By default a text is light on dark ground and
    dark on light ground, with a soft shadow that keeps it legible on busy ground, and a logo keeps its own colours.
    Every frame of an animation is marked. A picture that pictured has made is never marked again.

    A field that a picture does not have leaves no gap: without an artist, `© {exif.year}, {exif.artist}` becomes
    `© 2024`. Where nothing at all is left to draw, the picture is refused.

    Families are looked up among the installed fonts, and one that is not there is replaced by the nearest; use
    `font_file` to be sure. Where no font is installed, texts in plain Latin letters are drawn in a built-in one.

    ```yaml
    - action: watermark
      text: "© {exif.year} {exif.artist}"
      position: bottom-right
      opacity: 0.6
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["watermark"] = Field(description="Draw a visible text or logo over the picture.")
    text: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_text)] | None = Field(
        default=None,
        description="The text. Placeholders: `{stem}`, `{width}`, `{height}`, `{date:%Y}` and EXIF fields such as "
        "`{exif.artist}` and `{exif.year}`.",
    )
    logo: Path | None = Field(default=None, description="A PNG or SVG file to draw instead of a text.")
    font: Annotated[str, Field(pattern=r"^[^\x00-\x1f]*[^\x00-\x1f\s\d][^\x00-\x1f]*$")] = Field(
        default="sans bold",
        description="Family of the text's font and, where wanted, its style, such as `DejaVu Serif Italic`.",
    )
    font_file: Path | None = Field(
        default=None, description="A font file (TTF or OTF) to use instead of an installed family."
    )
    position: Gravity = Field(default="bottom-right", description="Where it stands. With `tiled` it has no effect.")
    size: Annotated[Fraction, Field(gt=0)] | None = Field(
        default=None,
        description="Size of the font, or height of the logo, as a fraction of the picture's shorter edge; 0.035 for a "
        "text and 0.12 for a logo by default. A font is never set smaller than 10 pixels for want of pixels alone.",
    )
    width: Annotated[Fraction, Field(gt=0)] | None = Field(
        default=None, description="Instead of `size`: width of the text or logo, as a fraction of the picture's width."
    )
    margin: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=0.025, description="Distance to the edges, as a fraction of the picture's shorter edge."
    )
    rotation: Annotated[float, Field(ge=-360, le=360)] = Field(
        default=0, description="Degrees, counter-clockwise: with 30 a text rises to the right."
    )
    tiled: bool = Field(default=False, description="Repeat it over the whole picture, each row shifted by half a step.")
    spacing: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.15, description="With `tiled`: the gap between two, as a fraction of the picture's shorter edge."
    )
    colour: Literal["auto", "own"] | Colour | None = Field(
        default=None,
        description="`auto` (light or dark, whichever stands out from what is below), `#rrggbb`, or, for a logo, its "
        "`own` colours; otherwise its shape is filled. By default a text has `auto` and a logo its `own`.",
    )
    opacity: Fraction = Field(default=0.6, description="From 0 (not to be seen) to 1 (covers what is below).")
    effect: Literal["shadow", "outline", "none"] | None = Field(
        default=None,
        description="What sets it off from the ground: a soft `shadow`, an `outline`, or `none`. By default a text has "
        "a `shadow` and a logo `none`.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.logo is None):
            raise ValueError("give either text or logo")
        if self.size is not None and self.width is not None:
            raise ValueError("give either size or width")
        if self.text is not None and self.colour == "own":
            raise ValueError("a text has no colours of its own; give `auto` or #rrggbb")
        return self

    def operation(self, facts: Mapping[str, str]) -> operations.Watermark:
        """Fill the text in.

        `facts` has values by placeholder: "stem", "width", "height", "date" (an ISO moment such as
        "2019-07-14T12:30:05"), and EXIF fields as "exif.artist". What it does not have is left out of the text.
        """
        return operations.Watermark(
            text=None if self.text is None else _filled(parse(self.text, PLACEHOLDERS), facts),
            logo=None if self.logo is None else str(self.logo),
            font=self.font,
            font_file=None if self.font_file is None else str(self.font_file),
            position=self.position,
            size=self.size,
            width=self.width,
            margin=self.margin,
            rotation=self.rotation,
            tiled=self.tiled,
            spacing=self.spacing,
            colour=self.colour,
            opacity=self.opacity,
            effect=self.effect,
        )


def _filled(template: Template, facts: Mapping[str, str]) -> str:
    text = "".join(part if isinstance(part, str) else _value(part, facts) for part in template)
    for untidy, tidy in _TIDYING:
        text = untidy.sub(tidy, text)
    return text.strip()


def _value(placeholder: Placeholder, facts: Mapping[str, str]) -> str:
    value = facts.get(placeholder.name, "")
    if placeholder.name == "date" and value:
        value = dated(value, placeholder.form)
    # File names and EXIF may hold bytes that are no text (PEP 383), which no font can show.
    shown = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    line = _CONTROL.sub(" ", shown).strip()
    return (line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…") or _MISSING
