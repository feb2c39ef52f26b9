"""Has what a collected copy lacks filled in from other copies: in its sidecar, never in a source."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pictured.collecting.companions import Companion
from pictured.collecting.kinship import SIDECAR
from pictured.errors import FileError
from pictured.flow import Picture
from pictured.indexing.labelled import Copy, Merged
from pictured.service.accompanying import companions_of
from pictured.service.library import Library
from pictured.service.worker_process import Task
from pictured.service.workers import Workers

_MERGE = "pictured.indexing.labelling:merge"
_MOST_COPIES, _MOST_TOLD = 32, 100


@dataclass(frozen=True, slots=True)
class Accompanied:
    """What travels with a picture, and what could not be looked at for it, for people; empty where all could."""

    companions: tuple[Companion, ...]
    note: str = ""


async def merged(
    library: Library, workers: Workers, best: Picture, others: Sequence[Picture], companions: Sequence[Companion]
) -> Accompanied:
    """Give the companions of a picture with its sidecar filled from other copies, the better ones first.

    Where the sidecar cannot be read or added to, it travels as it is.
    """
    own = _sidecars(await companions_of(library, best.path))
    copies = []
    for other in others[:_MOST_COPIES]:
        theirs = _sidecars(await companions_of(library, other.path))
        copies.append(Copy((other.path, other.stamp), tuple((each.source, each.stamp) for each in theirs)))
    asked = Copy((best.path, best.stamp), tuple((each.source, each.stamp) for each in own))
    try:
        answer = await workers.do(Task(best.path, _MERGE, {"best": asked, "others": tuple(copies)}))
    except FileError as error:
        return Accompanied(tuple(companions), f"metadata was not merged: {error}")
    made = cast("Merged", answer)
    note = " ".join(("metadata was merged without some files:", *made.refusals)) if made.refusals else ""
    if made.content is None:
        return Accompanied(tuple(companions), note)
    told = [*made.origins[:_MOST_TOLD], *(["and more"] if len(made.origins) > _MOST_TOLD else [])]
    old = own[0] if own else Companion(SIDECAR, best.path, best.stamp, b"")
    digest = hashlib.sha256(made.content).digest()
    new = Companion(old.kin, old.source, old.stamp, digest, made.content, ", ".join(told))
    rest = [each for each in companions if each.source != new.source]
    return Accompanied((new, *rest), note)


def _sidecars(companions: Sequence[Companion]) -> list[Companion]:
    """A picture's own sidecars; the one that is named after its whole name comes first."""
    own = [each for each in companions if each.kin.ending == SIDECAR.ending]
    return sorted(own, key=lambda each: not each.kin.whole)
