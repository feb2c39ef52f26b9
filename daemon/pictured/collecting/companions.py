"""Files that are one picture together: a camera's raw file and the JPEG or HEIC that it wrote beside it. Pure.

The film of a live photo is no picture file and never comes this far.
"""

from collections.abc import Iterable

from pictured.flow import Match
from pictured.imaging.raw import RAW_EXTENSIONS


def without_companions(matches: Iterable[Match]) -> list[Match]:
    """Leave out raw files that lie beside a developed picture of the same name among the matches.

    What can be decoded of a raw file is its preview, which is no copy that anybody has too many of.
    """
    every = list(matches)
    developed = {_name(match) for match in every if not _is_raw(match)}
    return [match for match in every if not (_is_raw(match) and _name(match) in developed)]


def _is_raw(match: Match) -> bool:
    return match.picture.path.suffix.lower() in RAW_EXTENSIONS


def _name(match: Match) -> tuple[str, str]:
    """Folder and name without extension; cameras and card readers do not agree about upper and lower case."""
    path = match.picture.path
    return str(path.parent), path.stem.casefold()
