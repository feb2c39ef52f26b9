"""A rule carried out by hand, on files and on the pictures in folders, whether they are watched or not."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import stamp_of
from pictured.errors import FileError, Vanished
from pictured.flow import Picture, Role
from pictured.rules.naming import facts_of
from pictured.rules.planning import digest_of, planned
from pictured.rules.rule import Rule
from pictured.service.library import Library
from pictured.service.rendering import Applied, applied
from pictured.service.reports import Progress, Ruled
from pictured.service.ruling import judged
from pictured.service.searching import query_files
from pictured.service.workers import Workers
from pictured.store.renders import Renders


async def apply(
    library: Library, workers: Workers, rule: Rule, files: Sequence[Path], *, dry_run: bool, again: bool
) -> AsyncGenerator[Ruled | Progress]:
    """Carry out a rule, also one that is in shadow mode or disabled: somebody asks for it by hand.

    Its conditions hold here too. What was done before with the same rule is not done again, unless `again`.
    """
    paths = list(query_files(files))
    for done, path in enumerate(paths, start=1):
        try:
            yield await _apply(library, workers, rule, path, dry_run=dry_run, again=again)
        except Vanished:
            told = f"there is no file {shown(path)}; check its name"
            yield Ruled(rule.name, path, "failed", reason=told, error=told)
        except FileError as error:
            yield Ruled(rule.name, path, "failed", reason=str(error), error=str(error))
        yield Progress(done, len(paths), f"rule {rule.name}")


async def _apply(library: Library, workers: Workers, rule: Rule, path: Path, *, dry_run: bool, again: bool) -> Ruled:
    picture = await _read(library, workers, path)
    content = picture.content
    if library.journal.is_ours(path, picture.stamp) or library.journal.made_by_rule(content.digest, path):
        return Ruled(rule.name, path, "skipped", reason="pictured made it", size=content.size)
    before = Renders(library.db).of(content.digest, digest_of(rule))
    if before is not None and not again and _stands(library, before.entry, path, before.outcome):
        reason = f"it was done before ({before.reason}); --again does it once more"
        return Ruled(rule.name, path, "kept", reason=reason, size=content.size)
    root = next((folder for folder in rule.folders if path.is_relative_to(folder)), path.parent)
    verdict = await judged(library, workers, rule, picture, root, Role.LIBRARY)
    if verdict.traits is None:
        return Ruled(rule.name, path, "skipped", reason=verdict.unmet or "", size=content.size)
    if dry_run:
        render = planned(rule, picture, facts_of(picture, verdict.traits.exif, rule.name))
        return Ruled(rule.name, path, "planned", (render.target,), render.reason, content.size)
    return _told(picture, await applied(library, workers, rule, picture, verdict.traits))


def _stands(library: Library, entry: str, path: Path, outcome: str) -> bool:
    """Whether what was done before still stands: a result that somebody removed is made again by hand."""
    made = library.journal.rendered(entry, path)
    return any(placed.target.exists() for placed in made) if made else outcome == "kept"


def _told(picture: Picture, done: Applied) -> Ruled:
    targets = tuple(each.placed.target for each in done.placed if each.placed is not None)
    made = sum(each.placed.stamp.size for each in done.placed if each.placed is not None)
    what = "failed" if done.error else "kept" if done.kept else "placed"
    reason = done.error or done.kept or ""
    size = picture.content.size
    return Ruled(done.rule, done.source, what, targets, reason, size, made, done.told, done.error)


async def _read(library: Library, workers: Workers, path: Path) -> Picture:
    stamp = stamp_of(path)
    known = library.catalogue.picture(path)
    if known is not None and known.stamp == stamp:
        return known
    return Picture(path, stamp, await workers.fingerprint(path, stamp))
