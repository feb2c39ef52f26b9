"""The operation `invisible_mark`."""

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class InvisibleMark:
    """Hide a key in the pixels. Files are named and not read, because planning reads nothing.

    It streams, though it holds all pixels: it takes them once, and the decoder does not have to hold them too.

    key          32, 16 or 8 bytes; None for the key of a file, or, without a file, a random one
    key_file     a file with the key, as hex digits or as bytes
    bits         size of a random key: 256, 128 or 64
    secret       what keys layout and check; None for a mark that everybody can read
    secret_file  the secret in a file
    on_weak      where it would not survive everyday damage: "warn", "fail", or "fewer_bits"; None does not rehearse any
    replace      whether a picture that has a mark already gets another
    """

    work: ClassVar[str] = "pictured.imaging.rendering.marking:marked"
    streams: ClassVar[bool] = True
    key: bytes | None = None
    key_file: str | None = None
    bits: int = 256
    secret: bytes | None = field(default=None, repr=False)
    secret_file: str | None = None
    on_weak: str | None = None
    replace: bool = False
