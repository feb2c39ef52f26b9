"""What a picture says of itself. Nothing here fails: what cannot be read is absent."""

from dataclasses import dataclass
from datetime import datetime

from PIL import Image

_ORIENTATION = 0x0112
_MAKE, _MODEL = 0x010F, 0x0110
_EXIF_IFD, _ORIGINAL, _DIGITISED = 0x8769, 0x9003, 0x9004
_BITS_PER_SAMPLE = 0x0102
_TIFF_IPTC = 0x83BB
_PHOTOSHOP_IPTC = 0x0404
_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
_LONGEST = 100
_EXIF_OF_JPEG = frozenset({"exif", "xmp"})
"""Where Pillow looks for the Exif of a JPEG, and for the orientation that stands in for it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a picture apart from its pixels; the fields are those of `flow.Fingerprint`.

    orientation   the EXIF number, 1 to 8, that still has to be applied to the decoded pixels
    """

    orientation: int
    bit_depth: int
    frames: int
    luma_quantiser: float | None
    taken: str | None
    camera: str | None
    metadata: tuple[str, ...]


def facts_of(image: Image.Image, head: bytes) -> Facts:
    """Collect the facts of a decoded picture. `head` is the beginning of its file, 64 bytes or more.

    The picture must have been loaded, because Pillow turns a TIFF upright while it loads it.
    """
    exif, details = _exif(image)
    orientation = exif.get(_ORIENTATION, 1)
    return Facts(
        orientation=orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1,
        bit_depth=_bit_depth(image, head),
        frames=_frames(image),
        luma_quantiser=_luma_quantiser(image),
        taken=_time(details.get(_ORIGINAL)) or _time(details.get(_DIGITISED)),
        camera=_camera(_text(exif.get(_MAKE)), _text(exif.get(_MODEL))),
        metadata=_groups(image, has_exif=bool(details) or ("exif" in image.info and bool(exif))),
    )


def _exif(image: Image.Image) -> tuple[dict[int, object], dict[int, object]]:
    """Give the main directory and the Exif directory; either may be empty."""
    if image.format in ("JPEG", "MPO") and _EXIF_OF_JPEG.isdisjoint(image.info):
        return {}, {}
    try:
        exif = image.getexif()
        main = dict(exif)
    except Exception:  # noqa: BLE001  Pillow parses EXIF with whatever error the bytes lead to
        return {}, {}
    try:
        return main, dict(exif.get_ifd(_EXIF_IFD))
    except Exception:  # noqa: BLE001  the main directory may be sound where the other is not
        return main, {}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    printable = "".join(letter for letter in value.split("\0")[0] if letter.isprintable())
    return " ".join(printable.split())[:_LONGEST]


def _time(value: object) -> str | None:
    """Turn EXIF's `2019:07:14 12:30:05` into ISO 8601; blanks, zeros and nonsense are None."""
    text = _text(value)[:19]
    try:
        return datetime.fromisoformat(f"{text[:10].replace(':', '-')}T{text[11:]}").isoformat()
    except ValueError:
        return None


def _camera(make: str, model: str) -> str | None:
    if model.lower().startswith(make.lower()):
        return model or None
    return f"{make} {model}".strip()


def _frames(image: Image.Image) -> int:
    """Count the frames of an animation. The pages of a TIFF and the views of an MPO are none."""
    if image.format not in _ANIMATED:
        return 1
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except Exception:  # noqa: BLE001  later frames may be broken in any way; the first one was decoded
        return 1


def _luma_quantiser(image: Image.Image) -> float | None:
    tables = getattr(image, "quantization", None)
    if not isinstance(tables, dict) or not tables:
        return None
    layers = getattr(image, "layer", None)
    number = layers[0][3] if isinstance(layers, list) and layers else 0
    table = tables.get(number) or next(iter(tables.values()))
    return float(sum(table) / len(table))


def _groups(image: Image.Image, *, has_exif: bool) -> tuple[str, ...]:
    info = image.info
    photoshop = info.get("photoshop")
    tags = getattr(image, "tag_v2", {})
    present = {
        "exif": has_exif,
        "icc": bool(info.get("icc_profile")),
        "iptc": (isinstance(photoshop, dict) and _PHOTOSHOP_IPTC in photoshop) or _TIFF_IPTC in tags,
        "xmp": bool(info.get("xmp") or info.get("XML:com.adobe.xmp")),
    }
    return tuple(name for name, there in present.items() if there)


def _bit_depth(image: Image.Image, head: bytes) -> int:
    """Give the bits per channel as stored, which Pillow tells only in part: it makes 8 of most."""
    told: object = image.info.get("bit_depth")
    match image.format:
        case "PNG":
            told = head[24]
        case "TIFF":
            bits = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, 1)
            told = bits[0] if isinstance(bits, tuple) and bits else bits
        case "AVIF" if (found := head.find(b"av1C")) >= 0:
            # AV1 ISO media binding 2.3.3: high_bitdepth and twelve_bit follow seq_tier_0 in the third byte.
            told = {0b10: 10, 0b11: 12}.get(head[found + 6 : found + 7].ljust(1, b"\0")[0] >> 5 & 0b11, 8)
        case "PPM" if image.mode.startswith("I"):
            told = 16
    if isinstance(told, int) and 1 <= told <= 64:
        return told
    if image.mode == "1":
        return 1
    return 16 if image.mode.startswith("I;16") else 32 if image.mode in ("I", "F") else 8
