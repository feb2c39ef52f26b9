"""The values that travel down the line, in the order in which they come to be.

    FileSeen -> Settled (or Gone) -> Fingerprint (or Failure) -> Match -> Plan(Collect | Keep | Render) -> Outcome

Both kinds of effect are one: these bytes at that target, in place of that file of ours. A rule's result waits as a
`Draft` in our own folder until it is placed like a copy.

Nothing here does anything: the stages decide by making the next value, and `service` acts on the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pictured.looks import Box


class Role(StrEnum):
    """What a watched folder is for."""

    LIBRARY = "library"
    QUERY = "query"
    IGNORE = "ignore"


class Cause(StrEnum):
    """How a file came to our notice."""

    SCANNED = "scanned"
    CREATED = "created"
    MODIFIED = "modified"
    CLOSED = "closed"
    MOVED = "moved"
    DELETED = "deleted"
    RETRIED = "retried"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a file as `lstat` tells it. Two equal stamps of one path mean: unchanged.

    The device is left out of the comparison, because its number may change with every mount; `changed_ns`
    (the later of mtime and ctime) only says for how long a file has been quiet.
    """

    size: int
    mtime_ns: int
    inode: int
    device: int = field(default=0, compare=False)
    changed_ns: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A path that may hold a new or changed picture. The stamp is known where a scan found it."""

    path: Path
    cause: Cause
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that has been quiet for long enough to be read."""

    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Gone:
    """A path that no longer holds a file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that is kept of a picture's content. Sizes are those of the upright picture.

    digest           SHA-256 of the file's bytes, 32 bytes
    size             bytes of the file
    width, height    pixels, EXIF orientation applied
    format           Pillow's name of the format, such as "JPEG"
    mode             Pillow's mode as stored, such as "RGB", "CMYK", "I;16"
    bit_depth        bits per channel
    frames           1, or the number of frames of an animation
    luma_quantiser   mean of the JPEG luminance table (1 is the finest), None for other formats
    taken            EXIF time of the exposure, "2019-07-14T12:30:05", or None
    camera           EXIF make and model, or None
    metadata         names of the metadata groups present, of "exif", "icc", "xmp", "iptc", sorted
    phash            imagehash.phash(hash_size=16), 256 bits packed to 32 bytes
    crops            the same hash of some parts of the picture, 32 bytes each, in the order of `looks.PARTS`
    points           its strongest local features, 14 bytes each (`looks.POINT`)
    thumb            the picture's luminance in WebP (JPEG at depth quick), aspect ratio kept, the long side at most
                     128 pixels
    marr             Marr-Hildreth hash, 576 bits packed to 72 bytes, where it is wanted
    """

    digest: bytes
    size: int
    width: int
    height: int
    format: str
    mode: str
    bit_depth: int
    frames: int
    luma_quantiser: float | None
    taken: str | None
    camera: str | None
    metadata: tuple[str, ...]
    phash: bytes
    crops: bytes
    points: bytes
    thumb: bytes
    marr: bytes | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file could not be taken. `kind` is the lower-case name of the error class, such as "truncated"."""

    path: Path
    kind: str
    reason: str
    retry: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A file whose content is known."""

    path: Path
    stamp: Stamp
    content: Fingerprint


class Kind(StrEnum):
    """What a match claims. Only the first three may be collected; the last one claims nothing."""

    EXACT = "exact"
    SAME = "same"
    EDITED = "edited"
    SIMILAR = "similar"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Transform:
    """How the query lies in the copy.

    orientation   the EXIF orientation number (1 to 8) that turns the query the way the copy stands
    box           left, top, right, bottom of the query's frame in the copy, as fractions of the copy's
                  width and height; outside 0 to 1 where the query shows more than the copy
    angle         degrees, -45 to 45, by which the query is turned clockwise beyond that
    scale         pixels of the query for each pixel of the copy
    """

    orientation: int = 1
    box: Box = (0.0, 0.0, 1.0, 1.0)
    angle: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Detail:
    """What a copy really holds, beside other copies of the same picture.

    richness    true detail against the richest copy, in units of a log ratio of residuals: 0 for that one, below 0 for
                copies that hold less, a little above or below 0 for its equals. Within `indexing.predicting.DEAD_BAND`
                nothing is proven, and coding quality may decide. None where the copy cannot be compared, because it is
                too small or does not lie on the others
    quantiser   mean of the coarsest JPEG luminance table that the picture went through, by what the file says and by
                what its pixels remember (`indexing.quantisation.quantiser`); 1.0 where there is no trace of any
    colour      `imaging.fullsize.Fullsize.colour`: a copy with less than half of another's has lost its colours
    """

    richness: float | None
    quantiser: float
    colour: float


@dataclass(frozen=True, slots=True)
class Match:
    """A proven copy of a query picture, or something proven to be similar.

    confidence   0 to 1, and 1 only for equal bytes
    shown        how much the copy shows without its border, where what the query shows counts as 1
    alike        share of the picture that agrees with the query, 0 to 1; the rest may be drawn over
    framed       share of the copy that is border, 0 to 1
    measures     the classic measures of the aligned pair, by their names (`matching.scales.Measure`)
    detail       what its pixels tell beside those of the other copies; None where nobody looked
    """

    picture: Picture
    kind: Kind
    confidence: float
    transform: Transform
    shown: float = 1.0
    alike: float = 1.0
    framed: float = 0.0
    measures: Mapping[str, float] = field(default_factory=dict)
    detail: Detail | None = None


class Form(StrEnum):
    """How a collected copy is made."""

    COPY = "copy"
    HARDLINK = "hardlink"
    SYMLINK = "symlink"
    REFLINK = "reflink"


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that pictured put into a destination, as the journal knows it.

    `stamp` is the file as we left it: a file with another stamp was changed by somebody and is theirs. `companions` are
    the files that were placed together with a picture, and have none themselves.
    """

    id: int
    entry: str
    target: Path
    stamp: Stamp
    digest: bytes
    source: Path
    form: Form
    reason: str
    companions: tuple["Placed", ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A rendered result that waits in our own folder to be placed."""

    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Collect:
    """A step: put the bytes of `source` at `target`, in place of `replaces` where that is given.

    `digest` is that of the bytes that are put there: those of `draft` where a rule made them of the source, which has
    to be unchanged all the same. `companions` are steps of their own for the files that belong to a picture: all of
    them are placed, or nothing is. `content` holds the bytes of a companion that was written anew from its source.
    """

    entry: str
    query: Path | None
    source: Path
    stamp: Stamp
    digest: bytes
    target: Path
    form: Form
    reason: str
    replaces: Placed | None = None
    draft: Draft | None = None
    companions: tuple["Collect", ...] = ()
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """A step that writes nothing, and why: what is in place is already the best, or somebody else's, or declined.

    `put_off` where nothing could be decided, because the destination does not answer or a companion may still be
    written; it is planned again.
    """

    entry: str
    query: Path | None
    best: Path | None
    placed: Placed | None
    reason: str
    put_off: bool = False


@dataclass(frozen=True, slots=True)
class Render:
    """A step: carry out a rule on a picture. What comes of it is placed by `Collect` steps of their own.

    entry     the journal's name of the rule, "rules/NAME"
    rule      digest of what the rule says, 32 bytes: a rule that was edited is another one
    source    the picture, with its stamp and the digest of its content
    target    the name that a single result gets where nothing is in the way; its suffix is ".*" where the format is
              chosen by trying
    reason    what will be done, for people
    """

    entry: str
    rule: bytes
    source: Path
    stamp: Stamp
    digest: bytes
    target: Path
    reason: str


Step = Collect | Keep


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done because of one picture. `run`, `--dry-run`, `explain` and the tests read the same plan."""

    subject: Path
    steps: tuple[Step | Render, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step. `error` is None where it was done."""

    step: Step
    placed: Placed | None
    error: str | None = None
