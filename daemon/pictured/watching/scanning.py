"""What lies in a folder now, one directory at a time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from pictured.disk.anchoring import inside, stamp_inside
from pictured.disk.reading import StampFields, fields_from, fields_of
from pictured.errors import FileError, Vanished
from pictured.flow import Failure, Stamp
from pictured.watching.ignoring import Ignored, may_be_picture


@dataclass(frozen=True, slots=True)
class Listing:
    """One directory as it was found.

    found   names that may be pictures, sorted, with what their stamps are made of
    odd     names that may be pictures but are no readable files: pipes, sockets, devices, links that lead nowhere
    """

    folder: Path
    found: Mapping[str, StampFields]
    odd: tuple[Failure, ...] = ()

    @property
    def files(self) -> tuple[tuple[str, Stamp], ...]:
        """The names with their stamps, which are made only here: of a million files, few are asked for theirs."""
        return tuple((name, Stamp(*fields)) for name, fields in self.found.items())


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A directory that could not be listed to its end. What is known of it and of all below it stays as it is."""

    folder: Path
    reason: str


class Difference(NamedTuple):
    """How a listing differs from what was known of its directory."""

    changed: tuple[tuple[str, Stamp], ...]
    unchanged: Mapping[str, StampFields]
    missing: tuple[str, ...]


def difference(listing: Listing, known: Mapping[str, tuple[int, int, int]]) -> Difference:
    """Compare a listing with the size, mtime and inode that are known of the files of its directory. Pure.

    `changed` are new files too. A file that is there but cannot be looked at is neither changed nor missing.
    """
    changed = {name: fields for name, fields in listing.found.items() if known.get(name) != fields[:3]}
    unchanged = (
        {name: fields for name, fields in listing.found.items() if name not in changed} if changed else listing.found
    )
    missing: tuple[str, ...] = ()
    if len(unchanged) != len(known):
        present = {*listing.found, *(failure.path.name for failure in listing.odd if failure.kind == "unreadable")}
        missing = tuple(name for name in known if name not in present)
    return Difference(tuple((name, Stamp(*fields)) for name, fields in changed.items()), unchanged, missing)


def walk(root: Path, ignore: Sequence[str] = (), *, exclude: Sequence[Path] = ()) -> Iterator[Listing | Unreachable]:
    """List `root` and every directory below it: depth first, parents before children, names in order.

    `root` is absolute and without symlinks; symlinks are never followed, other file systems are entered. The built-in
    globs and `ignore` (relative to `root`) and the folders of `exclude` keep directories from being opened at all.
    A directory that is gone when its turn comes is passed over, so that a known directory which is neither listed nor
    at or below an `Unreachable` is missing. Only for `root` itself being gone is `Unreachable`.
    """
    ignored = Ignored.by(ignore)
    excluded = frozenset(map(os.fspath, exclude))
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        folder = root / inner
        if os.fspath(folder) in excluded:
            continue
        try:
            listing, below = _listed(folder, inner, ignored)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not inner:
                yield Unreachable(folder, error.strerror or str(error))
        except OSError as error:
            yield Unreachable(folder, error.strerror or str(error))
        else:
            yield listing
            waiting.extend(reversed(below))


def _listed(folder: Path, inner: str, ignored: Ignored) -> tuple[Listing, list[str]]:
    files: dict[str, StampFields] = {}
    odd: list[Failure] = []
    below: list[str] = []
    # What is found in it will be used by its whole name, which may be too long for the system.
    folder.lstat()
    # By name, a part of the path that was just replaced by a symlink would be followed.
    with inside(folder) as held:
        directory = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=held)
    try:
        with os.scandir(directory) as entries:
            for entry in sorted(entries, key=attrgetter("name")):
                name = entry.name
                if ignored.takes(name, inner):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    below.append(f"{inner}/{name}" if inner else name)
                elif may_be_picture(name):
                    found = _looked_at(entry, folder)
                    if isinstance(found, tuple):
                        files[name] = found
                    elif found is not None:
                        odd.append(found)
    finally:
        os.close(directory)
    return Listing(folder, files, tuple(odd)), below


def _looked_at(entry: os.DirEntry[str], folder: Path) -> StampFields | Failure | None:
    # Most entries are regular files, told by the directory itself; stamp_inside() has the words for all others.
    try:
        if entry.is_file(follow_symlinks=False):
            return fields_from(entry.stat(follow_symlinks=False))
        if entry.is_symlink() and _leads_somewhere(entry):
            return None
    except OSError:
        pass
    path = folder / entry.name
    try:
        return fields_of(stamp_inside(path))
    except Vanished:
        return None
    except FileError as error:
        return Failure(path, type(error).__name__.lower(), str(error), error.retry)


def _leads_somewhere(link: os.DirEntry[str]) -> bool:
    try:
        link.stat()
    except OSError:
        return False
    return True
