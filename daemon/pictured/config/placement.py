"""Whether folders and destinations can live side by side; links and case are resolved on the disk.

What is put under one of these paths later (a link, a mount) is not seen here. Own outputs are recognised by their
records in the index as well, so such a change costs nothing but time.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from pictured.collecting.settings import CollectSettings
from pictured.config.document import KeyPath
from pictured.config.model import Config
from pictured.disk.paths import same_or_below, shown
from pictured.flow import Role
from pictured.matching.settings import Search
from pictured.rules.rule import Rule
from pictured.watching.settings import FolderSettings

Misplaced = tuple[KeyPath, str]
"""A key path, and what is wrong with the path there."""


def misplaced(config: Config) -> list[Misplaced]:
    """Give everything that is refused: overlapping folders, destinations that would be watched, names used twice."""
    return [
        *_overlaps(config.folders),
        *_twice("collect", [entry.name for entry in config.collect]),
        *_twice("rules", [rule.name for rule in config.rules]),
        *(found for index, entry in enumerate(config.collect) for found in _collect(index, entry, config)),
        *(found for index, rule in enumerate(config.rules) for found in _rule(index, rule, config.folders)),
        *_called_alike(config),
        *_searched_nowhere(config),
    ]


def _called_alike(config: Config) -> Iterator[Misplaced]:
    if config.machine in config.mounts:
        yield ("machine",), f"{config.machine!r} is the name of a share under `mounts` too; choose another"


def _searched_nowhere(config: Config) -> Iterator[Misplaced]:
    if config.matching.search is Search.DATABASE and config.store is None:
        yield ("matching", "search"), "there is no database to search in; name a shared one under `store`"


def _overlaps(folders: Sequence[FolderSettings]) -> Iterator[Misplaced]:
    for (first, one), (second, other) in combinations(enumerate(folders), 2):
        below, above = same_or_below(other.path, one.path), same_or_below(one.path, other.path)
        if below and above:
            yield ("folders", second, "path"), f"{shown(other.path)} is the same folder as folders[{first}]; keep one"
        elif below and other.role is not Role.IGNORE:
            yield ("folders", second, "path"), _inside(other.path, one.path, first)
        elif above and one.role is not Role.IGNORE:
            yield ("folders", first, "path"), _inside(one.path, other.path, second)


def _inside(inner: Path, outer: Path, index: int) -> str:
    return (
        f"{shown(inner)} lies inside folders[{index}] ({shown(outer)}), so its pictures would be taken twice; "
        "remove one, or give the inner one `role: ignore`"
    )


def _twice(section: str, names: Sequence[str]) -> Iterator[Misplaced]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (section, index, "name"), f"{name!r} is the name of {section}[{names.index(name)}] already"


def _collect(index: int, entry: CollectSettings, config: Config) -> Iterator[Misplaced]:
    here: KeyPath = ("collect", index)
    folders = config.folders
    for number, source in enumerate(entry.sources):
        key = (*here, "from", number)
        around = any(same_or_below(source, folder.path) for folder in folders)
        # Another machine may look after a share.
        if around or config.store is None or not any(same_or_below(source, at) for at in config.mounts.values()):
            yield from _watched(key, source, folders, lambda role: role is Role.LIBRARY, "a library folder")
    yield from _apart((*here, "into"), entry.into, entry.sources, "from")
    for folder in folders:
        if folder.role is Role.QUERY and same_or_below(entry.into, folder.path):
            reason = f"{shown(entry.into)} lies inside the query folder {shown(folder.path)}"
            yield (*here, "into"), f"{reason}, so collected pictures would ask for copies themselves; choose another"


def _rule(index: int, rule: Rule, folders: Sequence[FolderSettings]) -> Iterator[Misplaced]:
    here: KeyPath = ("rules", index)
    for number, folder in enumerate(rule.folders):
        key = (*here, "folders", number)
        yield from _watched(key, folder, folders, lambda role: role is not Role.IGNORE, "a watched folder")
    for name, destination in (("into", rule.output.into), ("backup", rule.output.backup)):
        if destination is not None:
            yield from _apart((*here, "output", name), destination, rule.folders, "folders")


def _watched(
    key: KeyPath, path: Path, folders: Sequence[FolderSettings], accepted: Callable[[Role], bool], wanted: str
) -> Iterator[Misplaced]:
    around = [folder for folder in folders if same_or_below(path, folder.path)]
    refused = next((folder for folder in around if not accepted(folder.role)), None)
    if refused is not None:
        yield key, f"{shown(path)} lies in {shown(refused.path)}, which has the role {refused.role}; expected {wanted}"
    elif not around:
        yield key, f"{shown(path)} is in no watched folder; list it under `folders` first"


def _apart(key: KeyPath, destination: Path, sources: Sequence[Path], listed: str) -> Iterator[Misplaced]:
    for source in sources:
        if same_or_below(destination, source):
            place = "is" if same_or_below(source, destination) else "lies inside"
            reason = f"{shown(destination)} {place} {shown(source)}, one of `{listed}`"
            yield key, f"{reason}, so results would be taken for new pictures; choose a folder outside"
        elif same_or_below(source, destination):
            reason = f"{shown(destination)} holds {shown(source)}, one of `{listed}`"
            yield key, f"{reason}, so results could land among the sources; choose a folder outside"
