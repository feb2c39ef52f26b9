"""Places a picture and its companions as one: all of them, or nothing that anybody sees.

What `placing` does for one file is done here for several, in this order:

    1. look     all sources, all names, all files that are replaced                   nothing is written before
    2. make     a temporary for each
    3. claim    the companions' names, each replaced companion put aside, and last the picture's name
    4. tidy     remove temporaries, what was put aside, and replaced files that have other names

The picture's name decides: until it is claimed, an error or a crash is undone; from then on the step has succeeded.
Whoever sees the picture finds its companions beside it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pictured.disk.claiming import (
    as_recorded,
    changed,
    claim_in_place,
    claim_name,
    claim_new,
    claimed,
    discard,
    remove,
    remove_reservation,
    require_free,
    seen,
    still_ours,
)
from pictured.disk.faults import LINKLESS, translated
from pictured.disk.flushing import flush_folder, make_folders
from pictured.disk.making import make
from pictured.disk.paths import shown
from pictured.disk.placing import finish, is_gone, place, require_turn, temporary_name
from pictured.disk.reading import open_unchanged, stamp_of
from pictured.errors import Changed, FileError, Refused, Unfinished
from pictured.flow import Collect, Placed, Stamp


def place_together(step: Collect, intent: int, kept: Callable[[], bool] = lambda: True) -> tuple[Stamp, ...]:
    """Put a picture and its companions at their targets; gives the stamps of what is there, the picture's first.

    Raises as `placing.place`, for any of the files; then everything is as it was, but folders made for the target stay.
    Raises Unfinished where even that could not be had: `finish_together` has to be called later.
    """
    if _is_alone(step):
        return (place(step, temporary_name(step.target, intent), kept),)
    with translated(step.target, writing=True):
        _look(step, intent)
        make_folders(step.target.parent)
    with _withdrawn_on_error(step, intent):
        stamps = {each.target: make(each, temporary_name(each.target, intent)) for each in (*step.companions, step)}
        with translated(step.target, writing=True):
            require_turn(step.target, kept)
            for each in step.companions:
                _claim(each, intent)
            # No power failure may leave the picture's name on the disk and lose those of its companions.
            flush_folder(step.target.parent)
            require_turn(step.target, kept)
            _claim_last(step, intent)
    with suppress(FileError, OSError):
        _tidy(step, intent)
    return tuple(stamps[each.target] for each in (step, *step.companions))


def finish_together(step: Collect, intent: int) -> tuple[Stamp | None, ...] | None:
    """Bring to its end what a crash cut off: complete it if the picture has its name already, else take all of it away.

    Gives the stamps of the files that are there and ours, the picture's first, and None for a companion that somebody
    changed or removed since; None altogether where nothing was placed. May be called again. Raises Unreadable; then
    nothing is decided yet.
    """
    temporary = temporary_name(step.target, intent)
    if _is_alone(step):
        stamp = finish(step, temporary)
        return None if stamp is None else (stamp,)
    with translated(step.target, writing=True):
        stamp = claimed(step, (temporary, claim_name(temporary)))
        if stamp is None:
            _withdraw(step, intent)
            return None
        stamps = [claimed(each, (temporary_name(each.target, intent),)) for each in step.companions]
        _tidy(step, intent)
    return stamp, *stamps


def refusal_to_take_back(placed: Placed) -> Placed | None:
    """Give the first file of a unit that is neither as we left it nor gone; None where all may be removed.

    Raises Unreadable.
    """
    for each in (placed, *placed.companions):
        with translated(each.target, writing=True):
            if not still_ours(each) and not is_gone(each):
                return each
    return None


def take_back_together(placed: Placed) -> bool:
    """Remove a picture and then its companions, each only if it is still exactly as we left it. Raises Unreadable.

    False where the picture was changed at the last moment: then the others stay, too.
    """
    with translated(placed.target, writing=True):
        if not remove(placed) and not is_gone(placed):
            return False
        for each in placed.companions:
            remove(each)
    return True


def _is_alone(step: Collect) -> bool:
    return not step.companions and (step.replaces is None or not step.replaces.companions)


def _owned(step: Collect) -> dict[Path, Placed]:
    """The files of the unit that is replaced, by their names."""
    old = step.replaces
    return {} if old is None else {each.target: each for each in (old, *old.companions)}


def _aside(target: Path, intent: int) -> Path:
    return temporary_name(target, intent).with_suffix(".old")


def _look(step: Collect, intent: int) -> None:
    owned = _owned(step)
    for each in (step, *step.companions):
        if stamp_of(each.source) != each.stamp:
            raise Changed(f"{shown(each.source)} has changed since it was looked at; it is taken once it is quiet.")
        if each.source in owned:
            raise Refused(f"{shown(each.source)} cannot replace itself; it stays as it is.")
        if not each.digest:
            with open_unchanged(each.source, each.stamp) as file:
                file.read(1)
            raise Changed(f"{shown(each.source)} could not be read when this was planned; it is tried again.")
        if each.target not in owned:
            require_free(each.target)
        require_free(temporary_name(each.target, intent))
    for old in owned.values():
        if not still_ours(old):
            raise changed(old)


def _claim(companion: Collect, intent: int) -> None:
    if companion.replaces is not None:
        if not as_recorded(companion.replaces):
            raise changed(companion.replaces)
        companion.target.rename(_aside(companion.target, intent))
    claim_new(temporary_name(companion.target, intent), companion.target)


def _claim_last(step: Collect, intent: int) -> None:
    temporary, old = temporary_name(step.target, intent), _owned(step).get(step.target)
    if old is None:
        claim_new(temporary, step.target)
    else:
        claim_in_place(temporary, old)


@contextmanager
def _withdrawn_on_error(step: Collect, intent: int) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        try:
            with translated(step.target, writing=True):
                _withdraw(step, intent)
        except FileError as fault:
            raise Unfinished(f"{error} What was begun is cleared away at the next start, because {fault}") from error
        raise


def _withdraw(step: Collect, intent: int) -> None:
    """Take away all that was made and claimed before the picture's name, and put back what was put aside."""
    for each in (step, *step.companions):
        temporary = temporary_name(each.target, intent)
        claim = claim_name(temporary)
        if each is step:
            if seen(claim) is not None:
                remove_reservation(each.target)
        elif each.replaces is None or not as_recorded(each.replaces):
            if claimed(each, (temporary, claim)) is not None:
                each.target.unlink()
            elif seen(claim) is not None:
                remove_reservation(each.target)
            _put_back(_aside(each.target, intent), each.target)
        discard(_aside(each.target, intent))
        discard(claim)
        discard(temporary)


def _put_back(aside: Path, target: Path) -> None:
    if seen(aside) is None:
        return
    try:
        os.link(aside, target, follow_symlinks=False)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in LINKLESS:
            raise
        if seen(target) is None:
            aside.rename(target)


def _tidy(step: Collect, intent: int) -> None:
    for each in (step, *step.companions):
        discard(temporary_name(each.target, intent))
        discard(_aside(each.target, intent))
    flush_folder(step.target.parent)
    kept = {each.target for each in (step, *step.companions)}
    for old in _owned(step).values():
        if old.target not in kept:
            remove(old)
