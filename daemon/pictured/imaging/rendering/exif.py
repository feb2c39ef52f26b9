"""EXIF (Exif 2.32, a TIFF structure) changed in place: what is not concerned keeps its bytes and its place."""

from pictured.imaging.rendering.directories import (
    ASCII,
    EXIF,
    GPS,
    LONG,
    SHORT,
    Directory,
    Structure,
    edited,
    laid,
    structure_in,
)

ARTIST, COPYRIGHT, ORIENTATION, MAKER_NOTE = 0x013B, 0x8298, 0x0112, 0x927C
_ACROSS, _DOWN = 0xA002, 0xA003
_EMPTY = b"II*\0\x08\0\0\0"


def upright_exif(exif: bytes, width: int, height: int) -> bytes:
    """Say that the picture is upright and of this size, and drop the thumbnail of what it was.

    Nothing is added: a tag that is not there stays away. Bytes that are no EXIF are given back as they are.
    """
    made = without_thumbnail(exif) or exif
    structure = structure_in(made)
    if structure is None:
        return exif
    first = structure.directory(structure.first)
    if first and first.find(ORIENTATION):
        made = _patched(made, structure, first, {ORIENTATION: 1})
    details = structure.below(first, EXIF)
    return _patched(made, structure, details, {_ACROSS: width, _DOWN: height}) if details else made


def without_thumbnail(exif: bytes) -> bytes | None:
    """Drop the second directory, which describes the thumbnail, and the thumbnail; None where it cannot be read."""
    structure = structure_in(exif)
    first = structure.directory(structure.first) if structure else None
    if structure is None or first is None or not first.whole:
        return None
    return edited(exif, first.at, {}, following=0) if first.following else exif


def without_gps(exif: bytes) -> bytes | None:
    """Drop the GPS directory, from the thumbnail's too; None where that cannot be done for sure."""
    return _without(exif, GPS)


def without_maker_notes(exif: bytes) -> bytes | None:
    """Drop the maker's own notes; None where that cannot be done for sure."""
    return _without(exif, MAKER_NOTE)


def has(exif: bytes | None, tag: int) -> bool:
    """Whether any directory has the tag."""
    structure = structure_in(exif) if exif else None
    return structure is not None and any(each.find(tag) for each in structure.directories())


def orientation_of(exif: bytes | None) -> int:
    """Give the orientation, 1 to 8; 1 where none is told."""
    structure = structure_in(exif) if exif else None
    first = structure.directory(structure.first) if structure else None
    found = structure.numbers(first.find(ORIENTATION))[:1] if structure and first else ()
    return found[0] if found and 1 <= found[0] <= 8 else 1


def text_of(exif: bytes | None, tag: int) -> str:
    """Give a text of the first directory; "" where there is none."""
    structure = structure_in(exif) if exif else None
    first = structure.directory(structure.first) if structure else None
    entry = first.find(tag) if first else None
    if structure is None or entry is None or entry.kind != ASCII:
        return ""
    return structure.value(entry).split(b"\0")[0].decode("utf-8", "replace").strip()


def with_texts(exif: bytes | None, texts: dict[int, str]) -> bytes:
    """Write texts into the first directory, as UTF-8, which is what readers expect in ASCII fields.

    (Metadata Working Group, Guidelines for Handling Image Metadata 2.0, section 3.2.) Without EXIF, or where it cannot
    be read, it is begun anew.
    """
    values = {tag: (ASCII, text.encode() + b"\0") for tag, text in texts.items()}
    structure = structure_in(exif) if exif else None
    if exif is None or structure is None:
        return _EMPTY + laid("<", values, len(_EMPTY))
    return edited(exif, structure.first, values)


def _without(exif: bytes, tag: int) -> bytes | None:
    made = exif
    for _ in range(8):
        structure = structure_in(made)
        directories = list(structure.directories()) if structure else []
        if not directories or not all(each.whole for each in directories):
            return None
        holder = next((each for each in directories if each.find(tag)), None)
        if holder is None:
            return made
        if len(holder.entries) == 1:
            # A directory must have an entry, so it takes one that says nothing.
            made = edited(made, holder.at, {tag: None, 0xEA1C: (ASCII, b"\0")})
        else:
            made = edited(made, holder.at, {tag: None})
    return None


def _patched(data: bytes, structure: Structure, directory: Directory, numbers: dict[int, int]) -> bytes:
    """Overwrite whole numbers that are there, each within its own field."""
    made = bytearray(data)
    for place, entry in enumerate(directory.entries):
        if entry.tag in numbers and entry.count == 1 and entry.kind in (SHORT, LONG):
            number, at = numbers[entry.tag], directory.at + 2 + 12 * place
            kind = SHORT if entry.kind == SHORT and number < 65536 else LONG
            made[at + 2 : at + 4] = structure.pack(kind, 2)
            made[at + 8 : at + 12] = structure.pack(number, 2 if kind == SHORT else 4).ljust(4, b"\0")
    return bytes(made)
