"""Pictures with metadata of every kind."""

from pathlib import Path

import pytest
from PIL import Image, ImageCms

from pictured.imaging.rendering.metadata import Metadata

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="1,2.3N" '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" xmlns:me="http://example.org/me/">'
    b"<me:kept>something of mine</me:kept></rdf:Description></rdf:RDF></x:xmpmeta>"
)
MAKER = b"\x01\x02 the notes of a maker \x03\x04"


def exif_of(orientation: int = 6, artist: str | None = "Ann") -> bytes:
    """EXIF with a maker's notes, an unknown tag, GPS and a thumbnail."""
    made = Image.Exif()
    made[0x0112], made[0x010F] = orientation, "Maker"
    if artist:
        made[0x013B] = artist
    details = made.get_ifd(0x8769)
    details[0x9003], details[0x927C], details[0xFE00] = "2019:07:14 12:30:05", MAKER, 7
    details[0xA002], details[0xA003] = 48, 64
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 30.0, 0.0), 3: "W", 4: (2.0, 15.0, 0.0)})
    return made.tobytes().removeprefix(b"Exif\0\0")


def with_thumbnail(exif: bytes, thumbnail: bytes = b"\xff\xd8 a thumbnail \xff\xd9") -> bytes:
    """The same EXIF with a second directory behind it, and the thumbnail that it describes."""
    order = "little" if exif.startswith(b"II") else "big"
    made = bytearray(exif + b"\0" * (len(exif) % 2))
    first = int.from_bytes(made[4:8], order)
    link = first + 2 + 12 * int.from_bytes(made[first : first + 2], order)
    at = len(made)
    made[link : link + 4] = at.to_bytes(4, order)
    entries = ((0x0201, at + 30), (0x0202, len(thumbnail)))
    made += (2).to_bytes(2, order)
    for tag, value in entries:
        made += tag.to_bytes(2, order) + (4).to_bytes(2, order) + (1).to_bytes(4, order) + value.to_bytes(4, order)
    return bytes(made + bytes(4) + thumbnail)


@pytest.fixture(scope="session")
def every() -> Metadata:
    """Metadata of every kind."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    iptc = b"\x1c\x02\x74\x00\x07(c) Ann\x1c\x02\x5a\x00\x04Rome\x1c\x02\x19\x00\x03sea\x1c\x02\x19\x00\x03sun"
    return Metadata(with_thumbnail(exif_of()), profile, XMP, iptc, b"hidden" * 20)


@pytest.fixture
def written(tmp_path: Path, every: Metadata) -> dict[str, Path]:
    """A small picture in each format, without metadata but the profile."""
    image = Image.linear_gradient("L").resize((48, 64)).convert("RGB")
    found = {}
    for kind, suffix in (("jpeg", "jpg"), ("png", "png"), ("webp", "webp"), ("avif", "avif"), ("tiff", "tif")):
        found[kind] = tmp_path / f"plain.{suffix}"
        image.save(found[kind], icc_profile=every.icc if kind == "avif" else None)
    return found
