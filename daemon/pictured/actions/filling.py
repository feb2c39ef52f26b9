"""Texts with placeholders, filled from the facts of a picture."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from pictured.templates import Placeholder, Takes, dated, parse

PLACEHOLDERS = {
    "stem": Takes.NOTHING,
    "width": Takes.NOTHING,
    "height": Takes.NOTHING,
    "date": Takes.DATE,
    "exif.*": Takes.NOTHING,
}
"""What may stand in the text of an action."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")


def _parsed(text: str) -> str:
    parse(text, PLACEHOLDERS)
    return text


Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_parsed)]
"""A text with placeholders, which are checked."""


def filled(text: str | None, facts: Mapping[str, str]) -> str:
    """Fill a text; "" where it asks for facts and none of them is known, so that no bare sign such as a © is left.

    `facts` has values by placeholder: "stem", "date" (an ISO moment), "exif.artist".
    """
    template = parse(text or "", PLACEHOLDERS)
    values = [_value(part, facts) for part in template if isinstance(part, Placeholder)]
    if values and not any(values):
        return ""
    rest = iter(values)
    joined = "".join(part if isinstance(part, str) else next(rest) for part in template)
    return re.sub(" {2,}", " ", joined).strip()


def _value(placeholder: Placeholder, facts: Mapping[str, str]) -> str:
    value = facts.get(placeholder.name, "")
    if placeholder.name == "date" and value:
        value = dated(value, placeholder.form)
    # File names and EXIF may hold bytes that are no text (PEP 383).
    return _CONTROL.sub(" ", value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).strip()
