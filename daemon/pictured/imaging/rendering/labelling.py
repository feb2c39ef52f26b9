"""Metadata out of files and into files. Encoders write pixels and profile only; the rest is put in afterwards.

(libvips would rebuild EXIF with libexif, which drops what it does not know, moves maker notes and loses the GPS of a
TIFF.)
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pictured.errors import FileError, Refused
from pictured.imaging.rendering.boxes import metadata_of_avif, relabel_avif
from pictured.imaging.rendering.chunks import metadata_of_png, metadata_of_webp, relabel_png, relabel_webp
from pictured.imaging.rendering.exif import upright_exif
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import upright_xmp
from pictured.imaging.rendering.segments import metadata_of_jpeg, relabel_jpeg
from pictured.imaging.rendering.tags import metadata_of_tiff, relabel_tiff
from pictured.imaging.traits import Traits

if TYPE_CHECKING:
    import pyvips

_READ = {
    "JPEG": metadata_of_jpeg,
    "MPO": metadata_of_jpeg,
    "PNG": metadata_of_png,
    "WEBP": metadata_of_webp,
    "AVIF": metadata_of_avif,
    "HEIF": metadata_of_avif,
    "TIFF": metadata_of_tiff,
}
_WRITE: dict[str, Callable[[BinaryIO, Metadata, BinaryIO], None]] = {
    "jpeg": relabel_jpeg,
    "png": relabel_png,
    "webp": relabel_webp,
    "avif": relabel_avif,
    "tiff": relabel_tiff,
}
_SIGNATURES: dict[str, tuple[int, tuple[bytes, ...]]] = {
    "JPEG": (0, (b"\xff\xd8",)),
    "PNG": (0, (b"\x89PNG",)),
    "WEBP": (8, (b"WEBP",)),
    "AVIF": (4, (b"ftyp",)),
    "TIFF": (0, (b"II*\0", b"MM\0*")),
}
_HOLDS: dict[str, tuple[str, ...]] = {
    "jpeg": ("exif", "icc", "xmp", "iptc", "payload"),
    "png": ("exif", "icc", "xmp", "payload"),
    "webp": ("exif", "icc", "xmp", "payload"),
    "avif": ("exif", "icc", "xmp", "payload"),
    "tiff": ("exif", "icc", "xmp", "iptc", "payload"),
    "jxl": ("exif", "icc", "xmp"),
    "gif": (),
}
_NAMES = ("orientation", "jpeg-thumbnail-data")
_BEGINNINGS = ("exif-", "xmp-", "iptc-", "icc-", "photoshop-", "magickprofile-")
_COMMENTS = ("png-comment-", "gif-comment")
_BLOCKS = ("exif", "icc", "xmp", "iptc", "payload")


def read_metadata(path: Path, traits: Traits, image: "pyvips.Image | None" = None) -> Metadata:
    """Read the blocks of a file: from the file itself where its format is known here, else what pyvips found.

    Metadata that cannot be read are absent. Raises OSError.
    """
    read = _READ.get(traits.format)
    if read is not None:
        try:
            with path.open("rb") as file:
                return read(file)
        except FileError:
            return Metadata()
    return _told(image) if image is not None else Metadata()


def payload_of(file: BinaryIO) -> bytes | None:
    """Give what the action `embed` put into a file of any format; None where there is nothing.

    Raises Refused for a file that is none of the formats that take data, and Truncated.
    """
    file.seek(0)
    head = file.read(12)
    for kind, (place, signatures) in _SIGNATURES.items():
        if head[place:].startswith(signatures):
            return _READ[kind](file).payload
    raise Refused("is no JPEG, PNG, WebP, AVIF or TIFF, so it cannot have embedded data.")


def labelled(image: "pyvips.Image", metadata: Metadata) -> "pyvips.Image":
    """Give the image with this profile and no other metadata, ready to be saved; `inscribe` adds the rest.

    What tells of frames and resolution stays, and comments as long as `metadata.extras` does.
    """
    import pyvips  # noqa: PLC0415  reading and relabelling do without it

    made = image.copy()
    for name in made.get_fields():
        if name in _NAMES or name.startswith(_BEGINNINGS) or (not metadata.extras and name.startswith(_COMMENTS)):
            made.remove(name)
    if metadata.icc:
        made.set_type(pyvips.GValue.blob_type, "icc-profile-data", metadata.icc)
    return made


def inscribe(file: Path, metadata: Metadata, kind: str) -> tuple[str, ...]:
    """Put metadata into a file of ours, which was just written from a `labelled` image; gives `unheld`.

    A format that takes none (GIF, JPEG XL) is left as it is. Raises Refused and OSError.
    """
    if kind in _WRITE:
        if kind == "avif":
            with file.open("rb") as coded:
                metadata = replace(metadata, icc=metadata_of_avif(coded).icc)
        made = file.with_name(f"{file.name}.labelled")
        relabelled(file, metadata, kind, made)
        made.replace(file)
    elif metadata.payload is not None and kind == "gif":
        raise Refused("becomes a GIF, which cannot take embedded data; convert it to png, say.")
    return unheld(metadata, kind)


def relabelled(source: Path, metadata: Metadata, kind: str, target: Path) -> None:
    """Write `source`, a file of the format `kind`, to `target` with other metadata and its coded pixels untouched.

    `kind` is "jpeg", "png", "webp", "avif" or "tiff". The orientation is the caller's matter (`uprighted`). IPTC goes
    into XMP where the format has no place for it.

    Raises Refused where that cannot be done (a format or layout that is not known here), so that the picture has to
    be encoded anew; Truncated; OSError.
    """
    write = _WRITE.get(kind)
    if write is None:
        raise Refused(f"is a {kind.upper()}, whose metadata cannot be changed without coding its pixels anew.")
    with source.open("rb") as old, target.open("w+b") as new:
        write(old, metadata, new)


def uprighted(metadata: Metadata, width: int, height: int) -> Metadata:
    """Say in EXIF and XMP that the picture is upright and has this size, and drop the stale thumbnail."""
    return replace(
        metadata,
        exif=upright_exif(metadata.exif, width, height) if metadata.exif else None,
        xmp=upright_xmp(metadata.xmp, width, height) if metadata.xmp else None,
    )


def unheld(metadata: Metadata, kind: str) -> tuple[str, ...]:
    """Name the blocks that the format has no place for. IPTC then lives on in XMP where that has a place."""
    return tuple(name for name in _BLOCKS if getattr(metadata, name) is not None and name not in _HOLDS.get(kind, ()))


def _told(image: "pyvips.Image") -> Metadata:
    fields = image.get_fields()
    found = {
        name: bytes(image.get(field))
        for name, field in (("exif", "exif-data"), ("icc", "icc-profile-data"), ("xmp", "xmp-data"))
        if field in fields
    }
    exif = found.get("exif", b"").removeprefix(b"Exif\0\0")
    return Metadata(exif or None, found.get("icc") or None, found.get("xmp") or None)
