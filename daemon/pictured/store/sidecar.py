"""A second record of what was placed, apart from the index.

A damaged index can be made anew from the folders, but which files in a destination are ours no folder can tell.

One line of JSON for each deed, appended and flushed after the index has committed it. A line that a crash cut off is
passed over; what is missing is made up for at the next start, when both records are compared.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pictured.flow import Form, Placed, Stamp

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
        self._file = folder / _FILE

    def add(self, kept: Kept) -> None:
        """Note a file that was placed."""
        self._append(_row(kept))

    def remove(self, number: int) -> None:
        """Note that a placed file is ours no longer."""
        self._append({"gone": number})

    def read(self) -> dict[int, Kept]:
        """Give what is ours by this record, by the numbers of the placed files."""
        found: dict[int, Kept] = {}
        if not self._file.exists():
            return found
        for line in self._file.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                row = json.loads(line)
                if "gone" in row:
                    found.pop(row["gone"], None)
                else:
                    kept = _kept(row)
                    found[kept.placed.id] = kept
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def agree(self, active: Iterable[Kept]) -> None:
        """Make the record say what the index says, where it does not."""
        wanted = {kept.placed.id: kept for kept in active}
        if self.read() == wanted:
            return
        temporary = self._file.with_suffix(".tmp")
        with temporary.open("w", encoding="ascii") as file:
            file.writelines(_line(_row(kept)) for kept in wanted.values())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._file)

    def _append(self, row: Mapping[str, Any]) -> None:
        with self._file.open("a", encoding="ascii") as file:
            # After a line that a crash cut off, the next one begins anew.
            file.write("\n" + _line(row) if self._cut_off() else _line(row))
            file.flush()
            os.fsync(file.fileno())

    def _cut_off(self) -> bool:
        with self._file.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n"


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
