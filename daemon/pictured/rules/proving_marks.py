"""In the process that renders: the marks in the files as they were coded, read before these are placed."""

from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import stamp_of
from pictured.errors import Refused
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import InvisibleMark
from pictured.imaging.rendered import Order, Rendered
from pictured.marking.keys import secret_of
from pictured.rules.reading_marks import read_mark


def proven(order: Order, done: Rendered, limits: DecodingLimits) -> Rendered:
    """Give what was made, with the margins that the marks have in the coded files. Orders without a mark stay.

    Raises Refused where a mark cannot be read back, unless the order says that a weak one is only to be told.
    """
    mark = next((each for each in reversed(order.operations) if isinstance(each, InvisibleMark)), None)
    keys = [str(told["key"]) for action, told in done.notes if action == "invisible_mark"]
    if mark is None or not keys:
        return done
    margins: list[float | None] = []
    for made in (each for each in done.made if each.width):
        reading = read_mark(made.file, stamp_of(made.file), _secret(mark), limits)
        right = reading.key is not None and _same(reading.key.hex(), keys[-1], mark)
        if not right and mark.on_weak != "warn":
            raise Refused(
                f"{shown(order.path)} cannot hold its mark: it is not read back from the {made.format.upper()}; use "
                "fewer bits or a higher quality."
            )
        margins.append(round(reading.margin_db or 0.0, 1) if right else None)
    note = ("read_back", {"margins_db": margins})
    return Rendered(done.made, (*done.notes, note))


def _same(key: str, told: str, mark: InvisibleMark) -> bool:
    """Compare keys in hex digits. What is told is the first tile's, and another may hold fewer bits, or more, of it."""
    return key == told or (mark.on_weak == "fewer_bits" and (key.startswith(told) or told.startswith(key)))


def _secret(mark: InvisibleMark) -> bytes | None:
    if mark.secret_file is None:
        return mark.secret
    return secret_of(Path(mark.secret_file).read_bytes())
