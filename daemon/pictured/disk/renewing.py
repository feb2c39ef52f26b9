"""A file that a command makes anew each time it is asked for: it takes the place of our own one and of no other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from pictured.disk.creating import created
from pictured.disk.faults import translated
from pictured.disk.making import removed_on_error
from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged, stamp_now, stamp_of
from pictured.errors import Changed, FileError

_BEGINNING = 512


def is_free(target: Path, is_ours: Callable[[bytes], bool]) -> bool:
    """Tell whether a file may be written there: nothing has the name, or a file whose first bytes are ours."""
    if stamp_now(target) is None:
        return True
    try:
        with open_unchanged(target, stamp_of(target)) as file:
            return is_ours(file.read(_BEGINNING))
    except FileError:
        return False


@contextmanager
def renewed(target: Path, is_ours: Callable[[bytes], bool]) -> Iterator[Path]:
    """Do as `creating.created`, but in place of a file that is ours by its first 512 bytes.

    Raises Changed where anything else has the name, before the block or at its end.
    """
    stamp = stamp_now(target)
    if stamp is None:
        with created(target) as temporary:
            yield temporary
        return
    if not is_free(target, is_ours):
        raise Changed(f"{shown(target)} exists already, so it stays; move it away or choose another name.")
    beside = target.with_name(f".pictured-{token_hex(8)}.new")
    with created(beside) as temporary:
        yield temporary
    with translated(target, writing=True), removed_on_error(beside):
        if stamp_of(target) != stamp:
            raise Changed(f"{shown(target)} has changed meanwhile, so it stays; try again.")
        beside.replace(target)
