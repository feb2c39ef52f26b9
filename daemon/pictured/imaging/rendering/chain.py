"""The chain: load, operate, encode once. See `pictured.imaging.rendered` for what goes in and what comes out."""

import errno
import hashlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pyvips

from pictured.errors import FileError, Refused, TooLarge, Truncated, Unreadable
from pictured.imaging.operations import Operation
from pictured.imaging.rendered import Made, Order, Rendered
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.encoding import Coded, encoded
from pictured.imaging.rendering.loading import loaded

_SHORT = ("premature end", "truncated", "unexpected end", "libpng read error", "read error at scanline")
_FULL = ("no space left", "disc full", "disk full", "quota")


def rendered(order: Order) -> Rendered:
    """Carry out the operations of an order. The source must not change meanwhile, which the caller sees to.

    Raises Refused (the picture cannot take an operation, or is damaged), Truncated, TooLarge and Unreadable (the disk
    is full, say). Their texts are predicates ("is animated; ..."): whoever knows the rule and the file puts them in
    front.
    """
    # The engine keeps its last operations with their pixels, which no other picture will ask for.
    pyvips.cache_set_max(0)
    try:
        streams = all(operation.streams for operation in order.operations)
        canvases: tuple[Canvas, ...] = (loaded(order.path, order.traits, streams=streams),)
        for operation in order.operations:
            canvases = tuple(each for canvas in canvases for each in _done(operation, canvas))
        return _stored(order, canvases)
    except FileError:
        raise
    except MemoryError as error:
        raise TooLarge("needs more memory to be rendered than limits.memory.") from error
    except OSError as error:
        raise Unreadable(f"cannot be rendered: {error.strerror or error}.") from error
    except pyvips.Error as error:
        raise _reason(error) from error


def _done(operation: Operation, canvas: Canvas) -> tuple[Canvas, ...]:
    work: Callable[[Canvas, Operation], Canvas | tuple[Canvas, ...]] = pkgutil.resolve_name(operation.work)
    done = work(canvas, operation)
    return done if isinstance(done, tuple) else (done,)


def _stored(order: Order, canvases: tuple[Canvas, ...]) -> Rendered:
    coded = [encoded(canvas, order.folder / str(number)) for number, canvas in enumerate(canvases)]
    made = tuple(_described(canvas, each) for canvas, each in zip(canvases, coded, strict=True))
    if canvases[0].window is not None:
        made = (*made, _manifest(order, canvases, made))
    notes = (*canvases[0].notes, *coded[0].notes)
    return Rendered(made, tuple((note.action, note.told) for note in notes))


def _described(canvas: Canvas, coded: Coded) -> Made:
    window = canvas.window
    name = f"r{window.row:03d}-c{window.column:03d}" if window is not None else ""
    return _measured(coded.file, name, coded.extension, coded.format, (coded.width, coded.height))


def _manifest(order: Order, canvases: tuple[Canvas, ...], made: tuple[Made, ...]) -> Made:
    describe: Callable[..., bytes] = pkgutil.resolve_name("pictured.imaging.rendering.manifest:manifest")
    file = order.folder / "manifest.json"
    file.write_bytes(describe(order.path, order.operations, canvases, made))
    return _measured(file, "manifest", ".json", "json", (0, 0))


def _measured(file: Path, name: str, extension: str, kind: str, size: tuple[int, int]) -> Made:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").digest()
    return Made(file, name, extension, kind, *size, file.stat().st_size, digest)


def _reason(error: pyvips.Error) -> FileError:
    told = " ".join(str(error).split())[-200:]
    if any(sign in told.lower() for sign in _FULL):
        return Unreadable(f"cannot be rendered: {OSError(errno.ENOSPC, 'no space left on the disk').strerror}.")
    if any(sign in told.lower() for sign in _SHORT):
        return Truncated("ends before the picture does.")
    return Refused(f"is damaged or of a kind that cannot be rendered: {told.rstrip('.')}.")
