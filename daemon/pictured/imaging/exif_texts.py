"""EXIF fields as text by name, for conditions and templates. Nothing here fails: what cannot be read is absent."""

from collections.abc import Iterator, Mapping

from PIL import ExifTags, Image

_DETAILS, _GPS, _INTEROPERABILITY = 0x8769, 0x8825, 0xA005
_LONGEST, _MOST_NUMBERS = 1000, 16
_UNICODE_TAGS = range(0x9C9B, 0x9CA0)
"""Windows' own fields, in UTF-16."""
_COMMENT = 0x9286
_STRUCTURE = frozenset({"stripoffsets", "stripbytecounts", "tileoffsets", "tilebytecounts", "makernote", "xmlpacket"})


def exif_texts(image: Image.Image, taken: str | None) -> dict[str, str]:
    """Give the fields of a picture that was opened.

    Names are those of the standard in lower case, such as "datetimeoriginal" and "fnumber". "year", "month" and "day"
    come from `taken`, an ISO moment. "gpslatitude" and "gpslongitude" are degrees with a sign, and "gps" is both, or
    "present" where only other GPS fields are there.
    """
    found: dict[str, str] = {}
    gps: dict[str, object] = {}
    for tag, value in _fields(image, None):
        name = ExifTags.TAGS.get(tag, "").lower()
        if name and name not in _STRUCTURE and (text := _text(tag, value)):
            found.setdefault(name, text)
    for tag, value in _fields(image, _GPS):
        name = ExifTags.GPSTAGS.get(tag, "").lower()
        gps[name] = value
        if name and (text := _text(tag, value)):
            found[name] = text
    degrees = [_degrees(gps, axis, negative) for axis, negative in (("gpslatitude", "S"), ("gpslongitude", "W"))]
    for name, degree in zip(("gpslatitude", "gpslongitude"), degrees, strict=True):
        found.pop(name, None)
        if degree is not None:
            found[name] = degree
    if any(name not in ("", "gpsversionid") for name in gps):
        found["gps"] = ", ".join(degree for degree in degrees if degree) if all(degrees) else "present"
    if taken:
        found |= {"year": taken[:4], "month": taken[5:7], "day": taken[8:10]}
    return found


def _fields(image: Image.Image, directory: int | None) -> Iterator[tuple[int, object]]:
    wanted = (None, _DETAILS) if directory is None else (directory,)
    for each in wanted:
        try:
            exif = image.getexif()
            fields: Mapping[int, object] = dict(exif if each is None else exif.get_ifd(each))
        except Exception:  # noqa: BLE001, S112  Pillow parses EXIF with whatever error the bytes lead to
            continue
        yield from ((tag, value) for tag, value in fields.items() if tag not in (_DETAILS, _GPS, _INTEROPERABILITY))


def _text(tag: int, value: object) -> str:
    try:
        if isinstance(value, bytes):
            return _clean(_decoded(tag, value))
        if isinstance(value, tuple):
            return " ".join(_number(each) for each in value[:_MOST_NUMBERS])
        return _clean(value) if isinstance(value, str) else _number(value)
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return ""


def _decoded(tag: int, value: bytes) -> str:
    if tag in _UNICODE_TAGS:
        return value.decode("utf-16-le", "replace")
    if tag == _COMMENT:
        code, value = value[:8], value[8:]
        return value.decode("utf-16" if code == b"UNICODE\0" else "utf-8", "replace")
    text = value.split(b"\0")[0].decode("ascii", "strict")
    return text if text.isprintable() else ""


def _clean(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text.split("\0", maxsplit=1)[0])
    return " ".join(printable.split())[:_LONGEST]


def _number(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]
    return "" if number != number else f"{number:.10g}"  # noqa: PLR0124  not a number


def _degrees(gps: Mapping[str, object], name: str, negative: str) -> str | None:
    value, side = gps.get(name), gps.get(f"{name}ref")
    try:
        if not isinstance(value, tuple) or len(value) != 3 or not isinstance(side, str):
            return None
        degree, minute, second = (float(each) for each in value)
        size = degree + minute / 60 + second / 3600
        sign = -1 if side.strip("\0 ").upper() == negative else 1
        return f"{sign * size:.6f}" if 0 <= size <= 180 else None
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return None
