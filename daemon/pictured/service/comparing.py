"""Compares folders with the index: what is new or changed, what is as known, what is gone."""

import asyncio
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from pictured.disk.reading import StampFields
from pictured.flow import Cause, Failure, FileSeen, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.listings import Known
from pictured.watching.ignoring import ignored
from pictured.watching.scanning import Listing, Unreachable, difference, walk

_FOLDERS_AT_A_TIME = 8
"""Few enough that what they hold is still in the processor's cache when it is compared."""
_WENT = "it went away while it was compared"


@dataclass(frozen=True, slots=True)
class Compared:
    """One directory against the index. What is missing or odd is noted in the index already.

    changed      files that the index does not hold with this stamp
    unchanged    names of files that it does, and that did not fail, with what their stamps are made of
    unhandled    names and stamps of those of them that still have to be handled
    failing      files that failed with this stamp, with what it knows of each
    odd          names of pictures that are no readable files
    missing      paths that are no longer there, or are to be ignored from now on
    unreachable  why the directory could not be listed, None where it could
    noted        those of the odd that the index had noted before
    """

    folder: Path
    changed: tuple[FileSeen, ...] = ()
    unchanged: Mapping[str, StampFields] = field(default_factory=dict)
    unhandled: tuple[tuple[str, Stamp], ...] = ()
    failing: tuple[tuple[Path, Known], ...] = ()
    odd: tuple[Failure, ...] = ()
    missing: tuple[Path, ...] = ()
    unreachable: str | None = None
    noted: frozenset[Path] = frozenset()


async def compared(
    catalogue: Catalogue, root: Path, ignore: Sequence[str] = (), exclude: Sequence[Path] = ()
) -> AsyncIterator[Compared]:
    """Walk a folder in a thread and compare each directory with the index, parents first.

    Where the folder goes away meanwhile, or something else is mounted in its place, nothing more is compared.
    """
    walker = walk(root, ignore, exclude=exclude)
    listed: set[Path] = set()
    unreachable: list[Path] = []
    began = await asyncio.to_thread(_identity, root)

    def some() -> tuple[list[Listing | Unreachable], bool]:
        return list(islice(walker, _FOLDERS_AT_A_TIME)), _identity(root) == began

    while (batch := await asyncio.to_thread(some))[0]:
        if not batch[1]:
            yield Compared(root, unreachable=_WENT)
            return
        for found in batch[0]:
            if isinstance(found, Unreachable):
                unreachable.append(found.folder)
                yield Compared(found.folder, unreachable=found.reason)
            else:
                listed.add(found.folder)
                yield _against(found, catalogue, partial(_left_alone, root, ignore))
    for folder in catalogue.folders_below(root):
        if folder in listed or any(folder.is_relative_to(each) for each in (*unreachable, *exclude)):
            continue
        if not _is_own(folder) or _left_alone(root, ignore, folder):
            # Asked after the folder was: it may be its drive that went.
            if await asyncio.to_thread(_identity, root) != began:
                yield Compared(root, unreachable=_WENT)
                return
            missing = tuple(folder / name for name in catalogue.listing(folder))
            catalogue.miss_below(folder, time.time())
            yield Compared(folder, missing=missing)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_own(folder: Path) -> bool:
    """Whether a folder is there by this path itself and not by a symlink, which a walk does not follow."""
    return folder.is_dir() and os.path.realpath(folder) == os.fspath(folder)


def _left_alone(root: Path, ignore: Sequence[str], path: Path) -> bool:
    return path != root and ignored(path.relative_to(root), ignore)


def _may_be_file(path: Path) -> bool:
    """Whether something has this name that is neither a folder nor a link, which is not followed."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return not stat.S_ISDIR(mode) and not stat.S_ISLNK(mode)


def _against(listing: Listing, catalogue: Catalogue, left_alone: Callable[[Path], bool]) -> Compared:
    held = catalogue.held(listing.folder)
    failing = {name: (each.stamp.size, each.stamp.mtime_ns, each.stamp.inode) for name, each in held.failing.items()}
    found = difference(listing, held.taken | failing if failing else held.taken)
    # Between the listing and now the line may have taken a file that the listing does not hold yet.
    odd = {failure.path.name for failure in listing.odd}
    gone = [*found.missing, *(held.unstamped - odd)]
    paths = (listing.folder / name for name in gone)
    missing = tuple(path for path in paths if not _may_be_file(path) or left_alone(path))
    if missing or listing.odd:
        for path in missing:
            catalogue.miss(path, time.time())
        for failure in listing.odd:
            catalogue.fail(failure.path, None, failure, tries=1, retry_at=None)
    return Compared(
        listing.folder,
        tuple(FileSeen(listing.folder / name, Cause.SCANNED, stamp) for name, stamp in found.changed),
        # Of a million files, hardly any is either; neither is looked for among all where there is none.
        {name: each for name, each in found.unchanged.items() if name not in failing} if failing else found.unchanged,
        tuple((name, Stamp(*each)) for name, each in found.unchanged.items() if name in held.unhandled)
        if held.unhandled
        else (),
        tuple((listing.folder / name, held.failing[name]) for name in found.unchanged if name in failing)
        if failing
        else (),
        listing.odd,
        missing,
        noted=frozenset(listing.folder / name for name in held.unstamped & odd),
    )
