"""The operation `embed`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Embed:
    """Put data into the file's metadata; the fields are those of `actions.embed.Embed`, the text filled in.

    The files are named and not read, because planning reads nothing.
    """

    work: ClassVar[str] = "pictured.imaging.rendering.embedding:embedded"
    streams: ClassVar[bool] = True
    text: str | None = None
    file: str | None = None
    key_file: str | None = None
