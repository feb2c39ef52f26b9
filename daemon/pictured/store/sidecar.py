"""A second record of what was placed, apart from the index.

A damaged index can be made anew from the folders, but which files in a destination are ours no folder can tell.

One line of JSON for each deed, appended and flushed after the index has committed it. A line that a crash cut off is
passed over; what is missing is made up for at the next start, when both records are compared.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pictured.flow import Form, Placed, Stamp
from pictured.store.lines import Lines

_FILE = "placed.jsonl"
_STAMP = ("size", "mtime_ns", "inode", "device", "changed_ns")


@dataclass(frozen=True, slots=True)
class Kept:
    """A placed file, and the queries that it answers."""

    placed: Placed
    queries: tuple[Path, ...] = ()


class Sidecar:
    """The record in a state folder. Methods raise OSError; a record that cannot be written harms nothing else."""

    def __init__(self, folder: Path) -> None:
        self._lines = Lines(folder / _FILE)

    def add(self, kept: Kept) -> None:
        """Note a file that was placed."""
        self._lines.add(_row(kept))

    def remove(self, number: int) -> None:
        """Note that a placed file is ours no longer."""
        self._lines.add({"gone": number})

    def read(self) -> dict[int, Kept]:
        """Give what is ours by this record, by the numbers of the placed files."""
        found: dict[int, Kept] = {}
        for row in self._lines.read():
            with suppress(ValueError, KeyError, TypeError):
                if "gone" in row:
                    found.pop(row["gone"], None)
                else:
                    kept = _kept(row)
                    found[kept.placed.id] = kept
        return found

    def agree(self, active: Iterable[Kept]) -> None:
        """Make the record say what the index says, where it does not."""
        wanted = {kept.placed.id: kept for kept in active}
        if self.read() != wanted:
            self._lines.replace(map(_row, wanted.values()))


def _row(kept: Kept) -> dict[str, Any]:
    queries = sorted(str(query) for query in kept.queries)
    return _file(kept.placed) | {
        "queries": queries,
        "companions": [_file(companion) for companion in kept.placed.companions],
    }


def _file(placed: Placed) -> dict[str, Any]:
    return {
        "id": placed.id,
        "entry": placed.entry,
        "target": str(placed.target),
        "source": str(placed.source),
        "digest": placed.digest.hex(),
        "form": placed.form.value,
        "reason": placed.reason,
        "stamp": [getattr(placed.stamp, name) for name in _STAMP],
    }


def _kept(row: Mapping[str, Any]) -> Kept:
    # Records of a picture that were written before there were companions have none.
    placed = replace(_placed(row), companions=tuple(_placed(each) for each in row.get("companions", ())))
    return Kept(placed, tuple(map(Path, row["queries"])))


def _placed(row: Mapping[str, Any]) -> Placed:
    return Placed(
        id=int(row["id"]),
        entry=row["entry"],
        target=Path(row["target"]),
        stamp=Stamp(**dict(zip(_STAMP, row["stamp"], strict=True))),
        digest=bytes.fromhex(row["digest"]),
        source=Path(row["source"]),
        form=Form(row["form"]),
        reason=row["reason"],
    )
