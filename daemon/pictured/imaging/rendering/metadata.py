"""The metadata of a picture as blocks of bytes, the same for every format."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metadata:
    r"""What a file carries beside its pixels; None where it has none of a kind.

    exif     a TIFF structure, as it follows "Exif\0\0" in a JPEG (Exif 2.32, 4.7.2)
    icc      an ICC profile
    xmp      an XMP packet (ISO 16684-1)
    iptc     IIM records, as in Photoshop's resource 0x0404
    payload  what the action `embed` puts into the file
    extras   whether a file that keeps its coded pixels also keeps what is none of these: comments, segments of makers,
             and further pictures behind the first (which have metadata of their own)
    """

    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    payload: bytes | None = None
    extras: bool = True
