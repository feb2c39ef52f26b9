"""Chooses names for what a rule made of a picture, and makes the steps that place it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import digest_of, open_unchanged, stamp_now, stamp_of
from pictured.errors import FileError, Refused
from pictured.filenames import numbered
from pictured.flow import Collect, Draft, Form, Keep, Picture, Placed, Render, Step
from pictured.imaging.rendered import Made, Rendered
from pictured.rules.conflicts import OnConflict, Result, Taken, chosen
from pictured.rules.naming import backup_of, extension_for, file_name, folder_of
from pictured.rules.rule import Rule
from pictured.service.library import Library


@dataclass(frozen=True, slots=True)
class Delivery:
    """A rule, the picture that it was carried out on, and what placeholders are filled with."""

    rule: Rule
    render: Render
    picture: Picture
    facts: Mapping[str, str]


def steps_for(delivery: Delivery, rendered: Rendered, library: Library) -> Iterator[Step]:
    """Give the steps that place all results, each when the one before was done.

    Raises Refused where the results cannot go where the rule wants them.
    """
    if delivery.rule.output.in_place:
        yield from _in_place(delivery, rendered, library)
    elif rendered.made[0].name:
        yield from _in_a_folder(delivery, rendered, library)
    else:
        yield _single(delivery, rendered.made[0], library)


def _single(delivery: Delivery, made: Made, library: Library) -> Step:
    rule, picture = delivery.rule, delivery.picture
    facts = dict(delivery.facts) | {"width": str(made.width), "height": str(made.height)}
    name = file_name(rule.output.name, facts, extension_for(picture.path, made.extension))
    return _step(delivery, made, folder_of(rule, picture.path) / name, rule.output.on_conflict, library)


def _in_a_folder(delivery: Delivery, rendered: Rendered, library: Library) -> Iterator[Step]:
    """Several results of one picture get a folder of their own, so that their manifest may name them."""
    rule, picture = delivery.rule, delivery.picture
    first = folder_of(rule, picture.path) / file_name(rule.output.name, delivery.facts, "")
    ours = {placed.target.parent for placed in library.journal.rendered(delivery.render.entry, picture.path)}
    folders = (first.with_name(numbered(first.name, number)) for number in count(1))
    folder = next(each for each in folders if each in ours or _is_free(each))
    for made in rendered.made:
        target = folder / f"{made.name}{made.extension}"
        step = _step(delivery, made, target, "replace_own", library)
        if isinstance(step, Collect) and step.target != target:
            raise Refused(f"{shown(target)} is not as pictured left it, so it is yours and stays; move it away.")
        yield step


def _in_place(delivery: Delivery, rendered: Rendered, library: Library) -> Iterator[Step]:
    rule, picture, made = delivery.rule, delivery.picture, rendered.made[0]
    if made.name or extension_for(picture.path, made.extension) != picture.path.suffix:
        raise Refused(
            f"{shown(picture.path)} would become {'several files' if made.name else f'a {made.extension} file'}, "
            "which cannot take its place; give the rule `into` instead of `in_place`."
        )
    entry, digest = delivery.render.entry, picture.content.digest
    if made.digest == digest:
        yield Keep(entry, None, picture.path, None, "nothing would change")
        return
    original = Result(digest, 0, entry, picture.path)
    backup = backup_of(rule, picture.path)
    choice = chosen(backup, original, taken_at(backup, picture.stamp.size, library), "rename")
    if choice.kept is None:
        yield Collect(
            entry, None, picture.path, picture.stamp, digest, choice.target, Form.COPY, "the original is kept"
        )
    # Asked for only after the original was kept.
    replaced = library.journal.adopt(picture.path, picture.stamp, digest, entry)
    yield _collect(delivery, made, picture.path, replaced)


def _step(delivery: Delivery, made: Made, first: Path, on_conflict: OnConflict, library: Library) -> Step:
    result = Result(made.digest, made.width * made.height, delivery.render.entry, delivery.picture.path)
    choice = chosen(first, result, taken_at(first, made.size, library), on_conflict)
    if choice.kept is not None:
        placed = library.journal.placed_at(choice.target)
        return Keep(delivery.render.entry, None, delivery.picture.path, placed, choice.kept)
    return _collect(delivery, made, choice.target, choice.replaces)


def _collect(delivery: Delivery, made: Made, target: Path, replaces: Placed | None) -> Collect:
    return Collect(
        entry=delivery.render.entry,
        query=None,
        source=delivery.picture.path,
        stamp=delivery.picture.stamp,
        digest=made.digest,
        target=target,
        form=Form.COPY,
        reason=delivery.render.reason,
        replaces=replaces,
        draft=Draft(made.file, stamp_of(made.file)),
    )


def _is_free(folder: Path) -> bool:
    """Whether nothing has a name, or an empty folder has it: a crash may have come after it was made."""
    if stamp_now(folder) is None:
        return True
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def taken_at(first: Path, size: int, library: Library) -> dict[Path, Taken]:
    """Give what stands at the names that may be chosen for a result of so many bytes."""
    taken: dict[Path, Taken] = {}
    for number in count(1):
        target = first.with_name(numbered(first.name, number))
        stamp = stamp_now(target)
        if stamp is None:
            break
        placed = library.journal.placed_at(target)
        ours = placed if placed is not None and placed.stamp == stamp else None
        digest = None if ours is None else ours.digest
        if ours is None and stamp.size == size:
            with suppress(FileError), open_unchanged(target, stamp) as file:
                digest = digest_of(file)
        taken[target] = Taken(digest, ours, _pixels(target, library))
    return taken


def _pixels(target: Path, library: Library) -> int | None:
    known = library.catalogue.picture(target)
    return None if known is None else known.content.width * known.content.height
