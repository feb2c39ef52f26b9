"""The `collect` section: which best copies go where."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pictured.collecting.naming import parse_template
from pictured.flow import Form


class Purpose(StrEnum):
    """For which pictures the best copy is collected."""

    QUERIES = "queries"
    DUPLICATES = "duplicates"
    ALL = "all"


class Mode(StrEnum):
    """The trust ladder: an entry first shows what it would do, then asks, then does it."""

    SHADOW = "shadow"
    REVIEW = "review"
    AUTO = "auto"


class Criterion(StrEnum):
    """One reason to prefer a copy over another."""

    UNCUT = "uncut"
    CLEAN = "clean"
    COLOUR = "colour"
    DETAIL = "detail"
    PIXELS = "pixels"
    QUALITY = "quality"
    BIT_DEPTH = "bit_depth"
    METADATA = "metadata"
    FORMAT = "format"
    BYTES = "bytes"
    OLDEST = "oldest"
    NEWEST = "newest"
    FOLDER = "folder"


class Layout(StrEnum):
    """How the destination is arranged."""

    FLAT = "flat"
    TREE = "tree"


class OnConflict(StrEnum):
    """What to do when the name in the destination is taken by another file."""

    SKIP = "skip"
    RENAME = "rename"


def _template(text: str) -> str:
    parse_template(text)
    return text


def _distinct(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    twice = [each for each in criteria if criteria.count(each) > 1]
    if twice:
        raise ValueError(f"{twice[0].value!r} is listed twice; the order decides, so name each criterion once")
    if Criterion.OLDEST in criteria and Criterion.NEWEST in criteria:
        raise ValueError("'oldest' and 'newest' contradict each other; keep one of them")
    return criteria


class CollectSettings(BaseModel):
    """One destination, and what is collected there."""

    # from, for and as are keywords of Python, so these fields have names of their own, which YAML does not know.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[^/\x00-\x1f\x7f]+$",
        description="Name of the entry, used in logs, in reports and as `{entry}`. Each name may be used once.",
    )
    sources: tuple[Path, ...] = Field(
        alias="from",
        min_length=1,
        description="Folders that the copies come from: library folders listed under `folders`, or folders inside "
        "them. Nothing in them is ever changed.",
    )
    purpose: Purpose = Field(
        default=Purpose.QUERIES,
        alias="for",
        description="Which pictures to collect: `queries` takes the best copy of each picture in the query folders, "
        "`duplicates` the best of each group of copies, `all` the best copy of every picture.",
    )
    into: Path = Field(
        description="The destination folder. It may not lie inside one of the `from` folders, hold one of them, or "
        "lie inside a query folder.",
    )
    form: Form = Field(
        default=Form.COPY,
        alias="as",
        description="How a file gets there: `copy` is a verified copy of its own, `hardlink` another name of the "
        "same file on the same volume, `symlink` a link to the source, `reflink` a copy that shares its blocks where "
        "the file system can do that, and a plain copy elsewhere.",
    )
    mode: Mode = Field(
        default=Mode.SHADOW,
        description="`shadow` only logs and reports what would be collected and writes nothing; `review` lets each "
        "copy wait until you approved it (`pictured review`); `auto` does it. Start with `shadow`, look at the plan, "
        "then change it.",
    )
    prefer: Annotated[tuple[Criterion, ...], AfterValidator(_distinct)] = Field(
        default=(
            Criterion.UNCUT,
            Criterion.CLEAN,
            Criterion.COLOUR,
            Criterion.DETAIL,
            Criterion.QUALITY,
            Criterion.BIT_DEPTH,
            Criterion.METADATA,
            Criterion.BYTES,
            Criterion.OLDEST,
        ),
        min_length=1,
        description="What makes a copy the best, most important first: `uncut` (shows the whole picture), `clean` "
        "(nothing is drawn over it, and it has no border), `colour` (it has not become grey), `detail` (what its "
        "pixels really hold: an enlarged, sharpened or blurred copy holds less than its source), `quality` (finer JPEG "
        "compression, now and earlier), `pixels`, `bit_depth`, `metadata` (EXIF, colour profile and so on are there), "
        "`format` (lossless before lossy), `bytes`, `oldest` or `newest` file, `folder` (order of the `from` list). "
        "The next criterion is looked at only where the ones before it are equal.",
    )
    layout: Layout = Field(
        default=Layout.FLAT,
        description="`flat` puts all files side by side, `tree` repeats the folders of the source.",
    )
    file_name: Annotated[str, AfterValidator(_template)] = Field(
        default="{stem}{ext}",
        description="Template of the file name. Placeholders: `{stem}` and `{ext}` of the source, `{query}` (stem of "
        "the query picture), `{digest:8}` (first digits of the SHA-256), `{width}`, `{height}`, `{date:%Y-%m-%d}` "
        "(exposure, or else the file's time in UTC) and `{entry}`.",
    )
    on_conflict: OnConflict = Field(
        default=OnConflict.RENAME,
        description="When another file has the name already: `rename` adds a number, as in `photo (2).jpg`; `skip` "
        "leaves the picture uncollected and says so. No file of somebody else is ever overwritten.",
    )
    sidecars: bool = Field(
        default=True,
        description="Files that belong to a picture travel with it, all of them or none: sidecars (`photo.jpg.xmp`, "
        "and `photo.xmp` where it is clear whose it is: that of the only picture called `photo`, or of the raw file "
        "beside a JPEG), edits of Apple's Photos (`photo.aae`), the film of a live photo (`photo.mov`) and the raw "
        "file beside a JPEG or HEIC. They get the name that the picture gets: `best (2).jpg.xmp`, `best (2).mov`. "
        "They are taken as they are when the picture is collected; what comes or changes later is not followed.",
    )
    merge_metadata: bool = Field(
        default=False,
        description="What the collected copy lacks and other copies have is written into its sidecar: rating, keywords "
        "(of all copies together), title, GPS position and the date of the exposure. `history` tells where each value "
        "came from, `undo` takes the sidecar back with the picture, and no source is changed.",
    )
