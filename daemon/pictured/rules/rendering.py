"""In a worker process of its own: an order to its results. Loads no settings, and of the engines what it needs."""

import pkgutil
import secrets
from collections.abc import Callable
from dataclasses import replace

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError, TooLarge
from pictured.flow import Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import InvisibleMark, Operation
from pictured.imaging.rendered import Order, Rendered
from pictured.imaging.rendering.chain import rendered


def render(order: Order, stamp: Stamp, limits: DecodingLimits) -> Rendered:
    """Carry out an order on the file that has this stamp.

    Raises Vanished, Changed, Unreadable, Refused, Truncated and TooLarge; the text names the file.
    """
    width, height = order.traits.upright
    if width * height > limits.pixels:
        counted, allowed = width * height / 1e6, limits.pixels / 1e6
        raise TooLarge(f"{shown(order.path)} has {counted:.3g} megapixels; limits.megapixels is {allowed:g}.")
    order = replace(order, operations=tuple(map(_keyed, order.operations)))
    with open_unchanged(order.path, stamp):
        try:
            done = rendered(order)
        except FileError as error:
            raise type(error)(f"{shown(order.path)} {error}") from error
    if any(isinstance(operation, InvisibleMark) for operation in order.operations):
        # What reads marks back is large, and no other order needs it.
        prove: Callable[[Order, Rendered, DecodingLimits], Rendered]
        prove = pkgutil.resolve_name("pictured.rules.proving_marks:proven")
        return prove(order, done, limits)
    return done


def _keyed(operation: Operation) -> Operation:
    """Draw a mark's random key: one for all tiles of a picture, so that the record of it tells the key of each."""
    if isinstance(operation, InvisibleMark) and operation.key is None and operation.key_file is None:
        return replace(operation, key=secrets.token_bytes(operation.bits // 8))
    return operation
