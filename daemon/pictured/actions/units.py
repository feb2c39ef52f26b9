"""The units that several actions share."""

from typing import Annotated, Literal

from pydantic import Field

Pixels = Annotated[int, Field(ge=1, le=1_000_000)]
"""A length in pixels."""

Fraction = Annotated[float, Field(ge=0, le=1)]
"""A share from 0 to 1."""

Gravity = Literal["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]
"""A place in a frame."""

Colour = Annotated[str, Field(pattern=r"^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$")]
"""A colour, written `#rrggbb` or `#rrggbbaa`."""
