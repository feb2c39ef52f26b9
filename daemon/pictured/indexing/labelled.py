"""What is asked of `labelling`, and what comes of it. Apart from it, so that whoever asks needs no decoder."""

from dataclasses import dataclass
from pathlib import Path

from pictured.flow import Stamp

File = tuple[Path, Stamp]


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture file and its own sidecars, which go before what it says itself."""

    picture: File
    sidecars: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of merging.

    content   the new sidecar; None where nothing was missing
    origins   what was filled in, for people, such as "rating 4 from /photos/a.jpg.xmp"
    refusals  files that were not looked at, and why
    """

    content: bytes | None
    origins: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
