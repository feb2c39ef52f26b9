"""Files that are one picture together: sidecars, edits, the film of a live photo, a raw file and its JPEG. Pure.

What belongs to a picture is told by names in its folder, upper and lower case alike:

    IMG.jpg.xmp   belongs to IMG.jpg, whatever else is there
    IMG.xmp       belongs to the only picture called IMG; beside a developed one it belongs to the only raw file, as
                  Adobe's programs mean it; among several pictures it belongs to none
    IMG.aae       (edits of Apple's Photos), IMG.mov (the film of a live photo: of a JPEG or HEIC only) and raw files
                  belong to the developed picture called IMG; of several to the only HEIC, else to the only JPEG

A raw file takes its own sidecars along.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath

from pictured.filenames import numbered, split
from pictured.imaging.raw import RAW_EXTENSIONS

_HEIC = frozenset({".heic", ".heif", ".hif"})
_JPEG = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})
_DEVELOPED = _HEIC | _JPEG | frozenset({".avif", ".bmp", ".gif", ".jxl", ".png", ".psd", ".tif", ".tiff", ".webp"})
_SIDECAR, _EDITS, _FILM = ".xmp", ".aae", ".mov"
_SPARE = 8


@dataclass(frozen=True, slots=True)
class Kin:
    """The name of a file that belongs to a picture.

    name     its file name, beside the picture
    ending   what its name ends with beside the collected picture, lower case
    whole    whether that follows the picture's whole name, as in `photo.jpg.xmp`, or its stem, as in `photo.mov`
    """

    name: str
    ending: str
    whole: bool = False


SIDECAR = Kin("", _SIDECAR, whole=True)
"""The name of a sidecar that is made for a picture which has none."""


def kin_of(picture: str, names: Iterable[str]) -> tuple[Kin, ...]:
    """Give what belongs to a picture among the names in its folder, sorted by its ending."""
    # Of names that differ in case only, one can lie beside the collected picture: the one in lower case, if any.
    there = {name.casefold(): name for name in sorted(names, key=lambda name: (name == name.lower(), name))}
    there.pop(picture.casefold(), None)
    stem = PurePath(picture).stem.casefold()
    pictures = {name.casefold() for name in there.values() if _is_picture(name) and _stem(name) == stem}
    pictures.add(picture.casefold())
    raws = sorted(name for name in pictures if _is_raw(name))
    developed = sorted(pictures.difference(raws))
    itself = picture.casefold()
    kin = list(_sidecars(itself, "", there, _owner(raws, developed)))
    if itself == _head(raws, developed):
        if f"{stem}{_EDITS}" in there:
            kin.append(Kin(there[f"{stem}{_EDITS}"], _EDITS))
        if f"{stem}{_FILM}" in there and PurePath(itself).suffix in _HEIC | _JPEG:
            kin.append(Kin(there[f"{stem}{_FILM}"], _FILM))
        for raw in raws:
            if raw != itself:
                suffix = PurePath(raw).suffix
                kin.append(Kin(there[raw], suffix))
                kin += _sidecars(raw, suffix, there, _owner(raws, developed))
    return tuple(sorted(kin, key=lambda each: each.ending))


def together(target: Path, kin: Sequence[Kin]) -> tuple[Path, ...]:
    """Give the names of a unit at a target, the picture's first. No two of them are alike, case apart."""
    names = [target.name]
    for each in kin:
        taken = {name.casefold() for name in names}
        names.append(next(name for name in _names(target.name, each) if name.casefold() not in taken))
    return tuple(target.with_name(name) for name in names)


def numbered_unit(first: Path, number: int, kin: Sequence[Kin]) -> tuple[Path, ...]:
    """Give the nth names for units that would share theirs, short enough for every file of the unit."""
    spare = max((len(each.ending) + _SPARE for each in kin), default=0)
    return together(first.with_name(numbered(first.name, number, spare=spare)), kin)


def _sidecars(picture: str, ending: str, there: dict[str, str], owner: str | None) -> Iterator[Kin]:
    """The sidecars of a picture by its name in lower case; for a companion with the ending that it has itself."""
    own, shared = f"{picture}{_SIDECAR}", f"{PurePath(picture).stem}{_SIDECAR}"
    whole = not ending
    if own in there:
        yield Kin(there[own], f"{ending}{_SIDECAR}", whole)
    if shared in there and shared != own and picture == owner:
        # Where both are there, each keeps its own style.
        yield Kin(there[shared], _SIDECAR) if own in there else Kin(there[shared], f"{ending}{_SIDECAR}", whole)


def _owner(raws: Sequence[str], developed: Sequence[str]) -> str | None:
    """Whom a sidecar with the stem alone belongs to."""
    if len(raws) + len(developed) == 1:
        return (*raws, *developed)[0]
    return raws[0] if len(raws) == 1 else None


def _head(raws: Sequence[str], developed: Sequence[str]) -> str | None:
    """The picture that everything else with its stem belongs to."""
    if not developed:
        return raws[0] if len(raws) == 1 else None
    if len(developed) == 1:
        return developed[0]
    for suffixes in (_HEIC, _JPEG):
        found = [name for name in developed if PurePath(name).suffix in suffixes]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _names(picture: str, kin: Kin) -> Iterator[str]:
    stem = split(picture)[0]
    yield f"{picture if kin.whole else stem}{kin.ending}"
    yield f"{picture}{kin.ending}"
    yield from (f"{stem} ({number}){kin.ending}" for number in count(2))


def _stem(name: str) -> str:
    return PurePath(name).stem.casefold()


def _is_picture(name: str) -> bool:
    return PurePath(name).suffix.lower() in _DEVELOPED | RAW_EXTENSIONS


def _is_raw(path: PurePath | str) -> bool:
    return PurePath(path).suffix.lower() in RAW_EXTENSIONS
