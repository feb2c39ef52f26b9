"""In a worker process: what copies of a picture say of it, and the sidecar of one with what it lacked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError, Refused
from pictured.imaging.labels import Labels, first_of, labels_in, labels_in_file
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.rendering.records import PHOTOSHOP
from pictured.imaging.sidecars import EXIF, LONGEST, XMP, Additions, added_to, said_by
from pictured.indexing.labelled import Copy, File, Merged


def merge(best: Copy, others: tuple[Copy, ...], limits: DecodingLimits) -> Merged:  # noqa: ARG001  each worker's work has them
    """Fill the sidecar of the best copy with what it lacks: rating, keywords, title, position and moment.

    The first of the other copies that has a value gives it; keywords are taken from all. Only the first sidecar of the
    best copy is written; what any of its files says is not missing.

    Raises Vanished, Changed, Unreadable and Refused, for the files of the best copy only; the text names the file.
    """
    refusals: list[str] = []
    packet = _read(best.sidecars[0]) if best.sidecars else None
    own = first_of([*(_labels(_read(each), each[0]) for each in best.sidecars), _picture(best.picture)])
    written = _labels(packet, best.sidecars[0][0]) if packet is not None else Labels()
    told = [each for copy in others for each in _told(copy, refusals)]
    found = _missing(own, told)
    words = [word for word in first_of([own, *(labels for _, labels in told)]).keywords if word not in own.keywords]
    keywords = [*(word for word in own.keywords if word not in written.keywords), *words] if words else []
    if not found and not keywords:
        return Merged(None, (), tuple(refusals))
    try:
        content = added_to(packet, _additions(found, keywords))
    except Refused as error:
        raise Refused(f"{shown(best.sidecars[0][0] if best.sidecars else best.picture[0])} {error}") from error
    if content == packet:
        return Merged(None, (), tuple(refusals))
    if labels_in(said_by(content)).title != found.get("title", (None,))[0]:
        # A title that is there, but blank, stays.
        found.pop("title", None)
    origins = [f"{what} {value} from {shown(path)}" for what, (value, path) in found.items()]
    origins += [f"keyword {word} from {shown(_giver(word, told))}" for word in words]
    return Merged(content, tuple(origins), tuple(refusals))


def _told(copy: Copy, refusals: list[str]) -> Iterator[tuple[Path, Labels]]:
    """What the files of a copy say, one after another; those that cannot be looked at say nothing."""
    for each in copy.sidecars:
        try:
            yield each[0], _labels(_read(each), each[0])
        except FileError as error:
            refusals.append(str(error))
    try:
        yield copy.picture[0], _picture(copy.picture)
    except FileError as error:
        refusals.append(str(error))


def _missing(own: Labels, told: Sequence[tuple[Path, Labels]]) -> dict[str, tuple[str, Path]]:
    found: dict[str, tuple[str, Path]] = {}
    for path, labels in told:
        values = {
            "rating": None if own.rating else labels.rating,
            "title": None if own.title else labels.title,
            "position": None if own.position or not labels.position else " ".join(labels.position),
            "date": None if own.taken else labels.taken,
        }
        for what, value in values.items():
            if value:
                found.setdefault(what, (value, path))
    return found


def _additions(found: dict[str, tuple[str, Path]], keywords: Sequence[str]) -> Additions:
    plain = {}
    if "rating" in found:
        plain[XMP, "Rating"] = found["rating"][0]
    if "position" in found:
        plain[EXIF, "GPSLatitude"], plain[EXIF, "GPSLongitude"] = found["position"][0].split(" ")
    if "date" in found:
        plain[EXIF, "DateTimeOriginal"] = plain[PHOTOSHOP, "DateCreated"] = found["date"][0]
    return Additions(plain, found["title"][0] if "title" in found else None, keywords)


def _giver(word: str, told: Sequence[tuple[Path, Labels]]) -> Path:
    return next(path for path, labels in told if word in labels.keywords)


def _read(sidecar: File) -> bytes:
    with open_unchanged(*sidecar) as file:
        return file.read(LONGEST + 1)


def _labels(packet: bytes, path: Path) -> Labels:
    try:
        return labels_in(said_by(packet))
    except Refused as error:
        raise Refused(f"{shown(path)} {error}") from error


def _picture(picture: File) -> Labels:
    with open_unchanged(*picture) as file:
        return labels_in_file(file)
