"""Moves all that one machine knows from one index to another: from its file to a shared database, or back.

Contents and files go in batches; each batch and how far it came are committed together, so that a move that was cut off
goes on where it was. The journal, which is small beside them, goes at the end, all or nothing. Numbers of contents and
of placed files are given anew.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pictured.errors import StoreError
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys
from pictured.store.moving_journal import marks_of, move_journal, numbers_of
from pictured.store.schedule import Schedule

_NOTE = "moving"
_BATCH = 400
_CONTENT = (
    "digest, phash, marr, size, width, height, format, mode, bit_depth, frames, luma_quantiser, taken, camera, metadata"
)
_FILE = "size, mtime_ns, inode, device, changed_ns, missing_since, handled"
_FAILURE = "kind, reason, retry, tries, retry_at"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a move has come."""

    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What was moved and found again: counts, and the sum of the SHA-256 of all that was compared."""

    contents: int
    files: int
    placed: int
    digest: str


@dataclass(slots=True)
class _Whole:
    """A sum of digests, which does not depend on the order of what is added."""

    value: int = 0

    def add(self, told: tuple[object, ...]) -> None:
        self.value = (self.value + int.from_bytes(sha256(repr(told).encode()).digest())) % 2**256


class Move:
    """A move from one index to another. `run` it to its end, then ask for its `sums`.

    Every method raises StoreError where one of them cannot be read or written.
    """

    def __init__(self, source: Database, target: Database) -> None:
        self._source, self._target = source, target
        self._from, self._to = Keys(source.naming), Keys(target.naming)
        self._note = Schedule(target)
        self._here = self._from.below(Path("/"))

    def begin(self) -> None:
        """See that there is something to move, and that it was not moved there before.

        Raises:
            StoreError: if it was, if the other index knows this machine already, or a write is not finished.
        """
        if self._count("SELECT count(*) FROM intents", ()) or self._count("SELECT count(*) FROM undoing", ()):
            raise StoreError("A write was cut off; run `pictured scan` once, which finishes it, and then move.")
        noted = self._note.noted(_NOTE)
        if noted == "done" or (noted is None and Schedule(self._target).noted("orders") is not None):
            raise StoreError(
                "This machine's index was moved there before, or work was done with it there; take an empty database, "
                "or another name under `machine`."
            )
        if noted is None:
            self._note.note(_NOTE, json.dumps({"contents": 0, "files": 0}))

    def run(self) -> Iterator[Step]:
        """Move everything, a batch at a step."""
        yield from self._batches("contents", self._contents)
        yield from self._batches("files", self._files)
        with transaction(self._target):
            move_journal(self._source, self._target)
            self._note.note(_NOTE, "done")
        yield Step("journal", 1, 1)

    def sums(self) -> Sums:
        """Compare all that was to be moved with what lies there now.

        Raises:
            StoreError: if anything differs.
        """
        whole = _Whole()
        contents = self._compared("contents", whole)
        files = self._compared("files", whole)
        placed = self._same_placed(whole)
        return Sums(contents, files, placed, f"{whole.value:064x}")

    def _batches(self, kind: str, move: Any) -> Iterator[Step]:  # noqa: ANN401 -- a bound method
        reached: dict[str, int] = json.loads(self._note.noted(_NOTE) or "{}")
        total = self._total(kind)
        done = total - self._total(kind, reached[kind])
        for batch in self._read(kind, reached[kind]):
            reached[kind] = int(batch[-1][0])
            with transaction(self._target, lasting=False):
                move(batch)
                self._note.note(_NOTE, json.dumps(reached))
            done += len(batch)
            yield Step(kind, done, total)

    def _total(self, kind: str, beyond: int = 0) -> int:
        where, values = self._wanted(kind)
        joined = " JOIN folders ON folders.id = files.folder" if kind == "files" else ""
        return self._count(f"SELECT count(*) FROM {kind}{joined} WHERE {kind}.id > ? AND {where}", (beyond, *values))  # noqa: S608

    def _count(self, sql: str, values: Sequence[object]) -> int:
        return int(self._source.execute(sql, tuple(values)).fetchone()[0])

    def _wanted(self, kind: str) -> tuple[str, list[bytes]]:
        """The condition for what this machine sees, and its values."""
        inside = " OR ".join("folders.path >= ? AND folders.path < ?" for _ in self._here)
        values = [key for each in self._here for key in each]
        if kind == "files":
            return f"({inside})", values
        ours = " OR ".join("placed.target >= ? AND placed.target < ?" for _ in self._here)
        where = f"""(EXISTS (SELECT 1 FROM files JOIN folders ON folders.id = files.folder
            WHERE files.content = contents.id AND ({inside}))
            OR EXISTS (SELECT 1 FROM placed WHERE placed.digest = contents.digest AND ({ours})))"""  # noqa: S608
        return where, [*values, *values]

    def _read(self, kind: str, beyond: int = 0) -> Iterator[list[tuple[Any, ...]]]:
        where, values = self._wanted(kind)
        columns = ", ".join(f"{kind}.{name.strip()}" for name in (_CONTENT if kind == "contents" else _FILE).split(","))
        if kind == "contents":
            select = f"""SELECT contents.id, {columns}, features.crops, features.points, thumbs.luminance FROM contents
                JOIN features ON features.content = contents.id JOIN thumbs ON thumbs.content = contents.id"""  # noqa: S608
        else:
            select = f"""SELECT files.id, folders.path, files.name, contents.digest, {columns}, {_FAILURE}
                FROM files JOIN folders ON folders.id = files.folder LEFT JOIN contents ON contents.id = files.content
                LEFT JOIN failures ON failures.file = files.id"""  # noqa: S608
        while batch := self._source.execute(
            f"{select} WHERE {kind}.id > ? AND {where} ORDER BY {kind}.id LIMIT ?", (beyond, *values, _BATCH)
        ).fetchall():
            beyond = int(batch[-1][0])
            yield batch

    def _contents(self, batch: Sequence[tuple[Any, ...]]) -> None:
        self._insert("contents", _CONTENT, [row[1:-3] for row in batch], "ON CONFLICT (digest) DO NOTHING")
        numbers = self._numbers("contents", "digest", [row[1] for row in batch])
        there = [(numbers[row[1]], *row[-3:]) for row in batch]
        ignoring = "ON CONFLICT (content) DO NOTHING"
        self._insert("features", "content, crops, points", [row[:3] for row in there], ignoring)
        self._insert("thumbs", "content, luminance", [(row[0], row[3]) for row in there], ignoring)

    def _files(self, batch: Sequence[tuple[Any, ...]]) -> None:
        keys = {path: self._to.folder(self._from.path(path)) for _, path, *_ in batch}
        self._insert(
            "folders", "path", [(key,) for key in dict.fromkeys(keys.values())], "ON CONFLICT (path) DO NOTHING"
        )
        folders = self._numbers("folders", "path", list(keys.values()))
        contents = self._numbers("contents", "digest", [digest for _, _, _, digest, *_ in batch if digest is not None])
        there = [
            (folders[keys[path]], name, contents.get(digest), *numbers_of(rest[:5]), rest[5], bool(rest[6]))
            for _, path, name, digest, *rest in batch
        ]
        changed = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in f"content, {_FILE}".split(","))
        self._insert(
            "files", f"folder, name, content, {_FILE}", there, f"ON CONFLICT (folder, name) DO UPDATE SET {changed}"
        )
        for _, path, name, _, *rest in batch:
            kind, reason, retry, tries, retry_at = rest[7:]
            if kind is not None:
                self._target.execute(
                    f"""INSERT INTO failures (file, {_FAILURE}) VALUES
                    ((SELECT id FROM files WHERE folder = ? AND name = ?), ?, ?, ?, ?, ?)
                    ON CONFLICT (file) DO NOTHING""",  # noqa: S608  a constant
                    (folders[keys[path]], name, kind, reason, bool(retry), tries, retry_at),
                )

    def _compared(self, kind: str, whole: "_Whole") -> int:
        count = 0
        columns = ", ".join(f"files.{name.strip()}" for name in _FILE.split(","))
        for batch in self._read(kind):
            if kind == "contents":
                wanted = {row[1]: row[1:5] for row in batch}
                marks = ", ".join("?" * len(wanted))
                found = self._target.execute(
                    f"SELECT digest, phash, marr, size FROM contents WHERE digest IN ({marks})",  # noqa: S608
                    tuple(wanted),
                ).fetchall()
                there = {row[0] for row in found}
                missing: Iterable[object] = wanted.keys() - there
            else:
                wanted = {self._to.file(self._from.path(row[1] + row[2])): _told(row[3:]) for row in batch}
                there_files = {
                    key: _told(row)
                    for key in wanted
                    for row in self._target.execute(
                        f"""SELECT contents.digest, {columns} FROM folders JOIN files ON files.folder = folders.id
                        LEFT JOIN contents ON contents.id = files.content
                        WHERE folders.path = ? AND files.name = ?""",  # noqa: S608
                        key,
                    ).fetchall()
                }
                missing = [key for key, told in wanted.items() if there_files.get(key) != told]
            if missing:
                raise StoreError(
                    f"Of {len(batch)} {kind}, {len(list(missing))} are not as they were; start the move anew."
                )
            for row in batch:
                place = () if kind == "contents" else (self._from.path(row[1] + row[2]),)
                whole.add((kind, *place, *(row[1:5] if kind == "contents" else _told(row[3:]))))
            count += len(batch)
        return count

    def _same_placed(self, whole: "_Whole") -> int:
        before, after = (
            {
                (keys.path(target), keys.path(source), entry, digest)
                for target, source, entry, digest in db.execute(
                    "SELECT target, source, entry, digest FROM placed WHERE active"
                ).fetchall()
                if keys.is_here(target)
            }
            for db, keys in ((self._source, self._from), (self._target, self._to))
        )
        if not before <= after:
            raise StoreError(f"{len(before - after)} placed files are not as they were; start the move anew.")
        for each in before:
            whole.add(each)
        return len(before)

    def _insert(self, table: str, columns: str, values: Sequence[Sequence[object]], conflict: str) -> None:
        many = ", ".join([f"({marks_of(columns)})"] * len(values))
        flat = tuple(value for row in values for value in numbers_of(row))
        self._target.execute(f"INSERT INTO {table} ({columns}) VALUES {many} {conflict}", flat)  # noqa: S608

    def _numbers(self, table: str, column: str, values: Sequence[bytes]) -> dict[bytes, int]:
        if not values:
            return {}
        marks = ", ".join("?" * len(values))
        found = self._target.execute(
            f"SELECT {column}, id FROM {table} WHERE {column} IN ({marks})",  # noqa: S608
            tuple(values),
        ).fetchall()
        return {key: int(number) for key, number in found}


def _told(row: Sequence[Any]) -> tuple[object, ...]:
    digest, *stamp = row[:6]
    return (digest, *(None if value is None else int(value) for value in stamp), row[6], bool(row[7]))
