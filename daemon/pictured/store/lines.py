"""A file of JSON objects, one to a line, that is added to and survives being cut off."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


class Lines:
    """The file. Methods raise OSError. What a crash cut off, and what is no object, is passed over."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def exist(self) -> bool:
        """Whether there is such a file."""
        return self._file.exists()

    def read(self) -> Iterator[Row]:
        """Give the rows in their order."""
        if not self._file.exists():
            return
        for line in self._file.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                yield row

    def add(self, row: Row) -> None:
        """Add a row; it is on the disk when this returns."""
        with self._file.open("a", encoding="ascii") as file:
            # After a line that a crash cut off, the next one begins anew.
            file.write("\n" + _line(row) if self._cut_off() else _line(row))
            file.flush()
            os.fsync(file.fileno())

    def replace(self, rows: Iterable[Row]) -> None:
        """Put these rows in place of all, at once."""
        temporary = self._file.with_suffix(".tmp")
        with temporary.open("w", encoding="ascii") as file:
            file.writelines(map(_line, rows))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._file)

    def _cut_off(self) -> bool:
        with self._file.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n"
