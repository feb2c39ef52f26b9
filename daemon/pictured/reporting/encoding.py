"""Values to text that stays text: whatever a file is called, it cannot break out of the page."""

import base64
import hashlib
import json
from collections.abc import Mapping

from pictured.disk.paths import shown

_ACTIVE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def data(value: object) -> str:
    """Give a value as JSON in ASCII that holds none of `<`, `>` and `&`, for a data block in a page.

    Neither the end of a script element nor the beginning of a comment can be in it. Every text, also of keys, is as
    `disk.paths.shown` gives it: without control characters, and without those that turn the direction of the text.
    """
    return json.dumps(_plain(value), ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_ACTIVE)


def fingerprint(text: str) -> str:
    """Give the source expression by which a Content-Security-Policy (level 3) allows a script or style element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def base64_of(content: bytes) -> str:
    """Give bytes as they stand in a `data:` address."""
    return base64.b64encode(content).decode("ascii")


def _plain(value: object) -> object:
    match value:
        case str():
            # Previews are long, and nothing in them has to be shown in another way.
            return value if value.isascii() and value.isprintable() else shown(value)
        case float():
            return round(value, 4) if abs(value) < 1e15 else None
        case Mapping():
            return {shown(str(key)): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value
