"""The files that travel with a picture, and the steps that place them together with it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pictured.collecting.kinship import Kin, together
from pictured.filenames import split
from pictured.flow import Collect, Form, Match, Placed, Stamp
from pictured.imaging.raw import RAW_EXTENSIONS


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that travels with a picture.

    digest    SHA-256 of what is written; empty where the file could not be read
    content   the bytes that are written, where they are not those of `source`
    reason    where they come from, for people
    """

    kin: Kin
    source: Path
    stamp: Stamp
    digest: bytes
    content: bytes | None = None
    reason: str = "it belongs to the picture"


def without_companions(matches: Iterable[Match]) -> list[Match]:
    """Leave out raw files that lie beside a developed picture of the same name among the matches.

    What can be decoded of a raw file is its preview, which is no copy that anybody has too many of.
    """
    every = list(matches)
    developed = {_place(match) for match in every if not _is_raw(match.picture.path)}
    return [match for match in every if not (_is_raw(match.picture.path) and _place(match) in developed)]


def accompanied(step: Collect, companions: Sequence[Companion]) -> Collect:
    """Give a step with the steps of its companions, each in the place of what it replaces there."""
    owned = owned_by(step.replaces)
    targets = together(step.target, [each.kin for each in companions])[1:]
    return replace(
        step,
        companions=tuple(
            Collect(
                entry=step.entry,
                query=None,
                source=each.source,
                stamp=each.stamp,
                digest=each.digest,
                target=target,
                form=step.form if each.content is None else Form.COPY,
                reason=each.reason,
                replaces=owned.get(target),
                content=each.content,
            )
            for each, target in zip(companions, targets, strict=True)
        ),
    )


def renamed(step: Collect, target: Path) -> Collect:
    """Give a step with another name for its picture, and with the names of its companions that go with it."""
    owned, companions = owned_by(step.replaces), []
    for each in step.companions:
        whole = each.target.name.startswith(step.target.name)
        old, new = (name if whole else split(name)[0] for name in (step.target.name, target.name))
        name = target.with_name(new + each.target.name.removeprefix(old))
        companions.append(replace(each, target=name, replaces=owned.get(name)))
    return replace(step, target=target, companions=tuple(companions))


def owned_by(placed: Placed | None) -> dict[Path, Placed]:
    """Give the files of a placed unit by their names."""
    return {} if placed is None else {each.target: each for each in (placed, *placed.companions)}


def _is_raw(path: Path) -> bool:
    return path.suffix.lower() in RAW_EXTENSIONS


def _place(match: Match) -> tuple[str, str]:
    """Folder and name without extension; cameras and card readers do not agree about upper and lower case."""
    path = match.picture.path
    return str(path.parent), path.stem.casefold()
