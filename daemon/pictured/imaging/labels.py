"""What people say of a picture: rating, keywords, title, where and when; read from its metadata and its sidecars."""

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from PIL import Image

from pictured.errors import Refused
from pictured.imaging.decoding import FORMATS
from pictured.imaging.exif_texts import exif_texts
from pictured.imaging.metadata import facts_of
from pictured.imaging.rendering.records import DC, PHOTOSHOP, properties
from pictured.imaging.sidecars import EXIF, XMP, Said, said_by

_IPTC = 0x0404
_HEAD = 4096
_RATINGS = frozenset({"-1", "1", "2", "3", "4", "5"})
_COORDINATE = re.compile(r"\d{1,3},\d{1,2}(\.\d{1,10}|,\d{1,2})?[NSEW]")


@dataclass(frozen=True, slots=True)
class Labels:
    """What is said; None or empty where nothing is.

    rating      "-1" (rejected) or "1" to "5"; 0 stands for none, as XMP has it
    keywords    in the order in which they were found, each once
    title       in the default language
    position    latitude and longitude as XMP writes them, such as "48,12.5000N" and "11,30.0000E"
    taken       the moment of the exposure, ISO 8601
    """

    rating: str | None = None
    keywords: tuple[str, ...] = field(default=())
    title: str | None = None
    position: tuple[str, str] | None = None
    taken: str | None = None


def labels_in(said: Said) -> Labels:
    """Give what an XMP packet says."""
    rating = said.text(XMP, "Rating")
    latitude, longitude = said.text(EXIF, "GPSLatitude"), said.text(EXIF, "GPSLongitude")
    there = all(each and _COORDINATE.fullmatch(each) for each in (latitude, longitude))
    return Labels(
        rating=rating if rating in _RATINGS else None,
        keywords=_once(said.items(DC, "subject")),
        title=said.text(DC, "title"),
        position=(latitude, longitude) if there and latitude and longitude else None,
        taken=_moment(said.text(EXIF, "DateTimeOriginal") or said.text(PHOTOSHOP, "DateCreated")),
    )


def labels_of(image: Image.Image, head: bytes) -> Labels:
    """Give what a picture says that was opened; `head` is the beginning of its file. Broken metadata says nothing."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    try:
        told = labels_in(said_by(packet.strip(b"\0 \t\r\n"))) if packet else Labels()
    except Refused:
        told = Labels()
    return first_of([told, _iptc(image), _exif(image, head)])


def labels_in_file(file: BinaryIO) -> Labels:
    """Give what a picture file says of itself; one that cannot be read says nothing."""
    head = file.read(_HEAD)
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=FORMATS) as image:
                return labels_of(image, head)
    except Exception:  # noqa: BLE001  Pillow raises almost anything on broken bytes, SyntaxError included
        return Labels()


def first_of(every: Iterable[Labels]) -> Labels:
    """Give the first of each value; of keywords, all."""
    told = tuple(every)
    return Labels(
        rating=next((each.rating for each in told if each.rating), None),
        keywords=_once(word for each in told for word in each.keywords),
        title=next((each.title for each in told if each.title), None),
        position=next((each.position for each in told if each.position), None),
        taken=next((each.taken for each in told if each.taken), None),
    )


def _iptc(image: Image.Image) -> Labels:
    photoshop = image.info.get("photoshop")
    records = photoshop.get(_IPTC) if isinstance(photoshop, dict) else None
    found = {name: values for _, name, _, values in properties(records)} if isinstance(records, bytes) else {}
    return Labels(
        keywords=_once(found.get("subject", ())),
        title=next(iter(found.get("title", ())), None),
        taken=_moment(next(iter(found.get("DateCreated", ())), None)),
    )


def _exif(image: Image.Image, head: bytes) -> Labels:
    taken = facts_of(image, head).taken
    told = exif_texts(image, taken)
    latitude, longitude = told.get("gpslatitude"), told.get("gpslongitude")
    rating = told.get("rating")
    return Labels(
        rating=rating if rating in _RATINGS else None,
        keywords=_once(word.strip() for word in told.get("xpkeywords", "").split(";")),
        title=told.get("xptitle"),
        position=(_coordinate(latitude, "NS"), _coordinate(longitude, "EW")) if latitude and longitude else None,
        taken=taken,
    )


def _coordinate(degrees: str, sides: str) -> str:
    """Turn degrees with a sign into XMP's GPSCoordinate (XMP Specification 2, 8.2.4.3)."""
    whole, minutes = divmod(round(abs(float(degrees)) * 60, 4), 60)
    return f"{int(whole)},{minutes:.4f}{sides[float(degrees) < 0]}"


def _moment(text: str | None) -> str | None:
    """Keep what is a moment or a day."""
    try:
        datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return text


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(_distinct(words))


def _distinct(words: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for word in words:
        if word and word.casefold() not in seen:
            seen.add(word.casefold())
            yield word
