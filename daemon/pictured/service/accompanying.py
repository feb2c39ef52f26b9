"""Looks for the files that belong to a picture and travel with it."""

import asyncio
import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from pictured.collecting.companions import Companion, owned_by, renamed
from pictured.collecting.kinship import Kin, kin_of
from pictured.disk.reading import digest_of, open_unchanged, stamp_now, stamp_of
from pictured.errors import FileError
from pictured.filenames import numbered
from pictured.flow import Collect, Stamp
from pictured.service.library import Library


async def companions_of(library: Library, picture: Path) -> tuple[Companion, ...]:
    """Give what belongs to the picture at a path, each as it is now.

    A file that cannot be read has no digest: the step that is to copy it then fails with the reason.
    """
    companions = []
    for kin, stamp in await asyncio.to_thread(_beside, picture):
        source = picture.with_name(kin.name)
        known = library.catalogue.picture(source)
        if known is not None and known.stamp == stamp:
            digest = known.content.digest
        else:
            digest = await asyncio.to_thread(_digest, source, stamp)
        companions.append(Companion(kin, source, stamp, digest))
    return tuple(companions)


async def astray(library: Library, step: Collect) -> str | None:
    """Say why the companions of a step are not those that it was planned with; None where they are."""
    now = {each.source: each.stamp for each in await companions_of(library, step.source)}
    planned = {each.source: each.stamp for each in step.companions if each.source != step.source}
    if now == planned:
        return None
    changed = sorted(path.name for path in now.keys() | planned.keys() if now.get(path) != planned.get(path))
    return f"{changed[0]}, which belongs to it, came, changed or is gone"


def in_the_way(step: Collect) -> Path | None:
    """Give the first name of a unit that somebody else's file has."""
    owned = owned_by(step.replaces)
    names = (each.target for each in (step, *step.companions))
    return next((name for name in names if name not in owned and stamp_now(name) is not None), None)


def moved_aside(step: Collect) -> Collect:
    """Give a step with the first numbered name that is free for all of its files."""
    spare = max((len(each.target.name) for each in step.companions), default=0) - len(step.target.name)
    first = step.target.name
    names = (step.target.with_name(numbered(first, number, spare=max(spare, 0))) for number in count(1))
    return next(moved for name in names if in_the_way(moved := renamed(step, name)) is None)


def _beside(picture: Path) -> list[tuple[Kin, Stamp]]:
    found = []
    try:
        with os.scandir(picture.parent) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return []
    for kin in kin_of(picture.name, names):
        # A folder, a pipe or a link is no sidecar, and what was just removed is none any more.
        with suppress(FileError):
            found.append((kin, stamp_of(picture.with_name(kin.name))))
    return found


def _digest(path: Path, stamp: Stamp) -> bytes:
    try:
        with open_unchanged(path, stamp) as file:
            return digest_of(file)
    except FileError:
        return b""
