"""Moves all that one machine knows from one index to another: from its file to a shared database, or back.

Contents and files go in batches; each batch and how far it came are committed together, so that a move that was cut off
goes on where it was. The journal, which is small beside them, goes at the end, all or nothing. Numbers of contents and
of placed files are given anew.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pictured.errors import StoreError
from pictured.store import rows
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys
from pictured.store.moving_journal import move_journal, numbers_of
from pictured.store.pictures import Pictures
from pictured.store.schedule import Schedule
from pictured.store.staging import CONTENT, FAILURE, FILE, put_contents, put_files

_NOTE = "moving"
_MOVED, _DONE = "moved", "done"
_BATCH = 1000
_FOLDERS = 200


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
    """A move from one index to another. `run` it to its end, ask for its `sums`, and `end` it.

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
        if noted == _DONE or (noted is None and Schedule(self._target).noted("orders") is not None):
            raise StoreError(
                "This machine's index was moved there before, or work was done with it there; take an empty database, "
                "or another name under `machine`."
            )
        if noted is None:
            self._note.note(_NOTE, json.dumps({"contents": 0, "files": 0}))

    def run(self) -> Iterator[Step]:
        """Move everything, a batch at a step; nothing, where all is there already and only to be compared."""
        if self._note.noted(_NOTE) == _MOVED:
            return
        yield from self._batches("contents", self._contents)
        yield from self._batches("files", self._files)
        with transaction(self._target):
            move_journal(self._source, self._target)
            self._note.note(_NOTE, _MOVED)
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

    def end(self) -> None:
        """Note that all was compared: from now on the other index is the one that counts."""
        self._note.note(_NOTE, _DONE)

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

    def _read(self, kind: str, beyond: int = 0, *, whole: bool = True) -> Iterator[list[tuple[Any, ...]]]:
        """Give rows in the order of their numbers; of contents without features and thumbs, unless they are `whole`."""
        where, values = self._wanted(kind)
        columns = ", ".join(f"{kind}.{name.strip()}" for name in (CONTENT if kind == "contents" else FILE).split(","))
        if kind == "files":
            select = f"""SELECT files.id, folders.path, files.name, contents.digest, {columns}, {FAILURE}
                FROM files JOIN folders ON folders.id = files.folder LEFT JOIN contents ON contents.id = files.content
                LEFT JOIN failures ON failures.file = files.id"""  # noqa: S608
        elif whole:
            select = f"""SELECT contents.id, {columns}, features.crops, features.points, thumbs.luminance FROM contents
                JOIN features ON features.content = contents.id JOIN thumbs ON thumbs.content = contents.id"""  # noqa: S608
        else:
            select = f"SELECT contents.id, {columns} FROM contents"  # noqa: S608
        # The numbers come first, because the condition may be a question about all files, whatever the limit is.
        bounded = f"{select} WHERE {kind}.id > ? AND {kind}.id <= ? AND {where} ORDER BY {kind}.id"
        some = f"SELECT max(id) FROM (SELECT id FROM {kind} WHERE id > ? ORDER BY id LIMIT ?) AS batch"  # noqa: S608
        while (last := self._source.execute(some, (beyond, _BATCH)).fetchone()[0]) is not None:
            batch = self._source.execute(bounded, (beyond, last, *values)).fetchall()
            beyond = int(last)
            if batch:
                yield batch

    def _contents(self, batch: Sequence[tuple[Any, ...]]) -> None:
        put_contents(self._target, [numbers_of(row[1:]) for row in batch])

    def _files(self, batch: Sequence[tuple[Any, ...]]) -> None:
        there = []
        for _, path, name, digest, *rest in batch:
            *stamp, missing_since, handled, kind, reason, retry, tries, retry_at = rest
            failure = (kind, reason, None if retry is None else bool(retry), tries, retry_at)
            key = self._to.folder(self._from.path(path))
            there.append((key, name, digest, *numbers_of(stamp), missing_since, bool(handled), *failure))
        put_files(self._target, there)

    def _compared(self, kind: str, whole: "_Whole") -> int:
        count = 0
        for batch in self._read(kind, whole=False):
            if kind == "contents":
                wanted = {row[1] for row in batch}
                missing = len(wanted - Pictures(self._target).numbers(wanted).keys())
            else:
                there = self._there([self._place(row) for row in batch])
                missing = sum(there.get(self._place(row)) != _told(row[3:]) for row in batch)
            if missing:
                raise StoreError(f"Of {len(batch)} {kind}, {missing} are not as they were; start the move anew.")
            for row in batch:
                place = () if kind == "contents" else (self._from.path(row[1] + row[2]),)
                whole.add((kind, *place, *(row[1:5] if kind == "contents" else _told(row[3:]))))
            count += len(batch)
        return count

    def _place(self, row: tuple[Any, ...]) -> tuple[bytes, bytes]:
        return self._to.file(self._from.path(row[1] + row[2]))

    def _there(self, places: Sequence[tuple[bytes, bytes]]) -> dict[tuple[bytes, bytes], tuple[object, ...]]:
        """Give what the target tells of some files by their places, in few questions."""
        names: dict[bytes, list[bytes]] = {}
        for folder, name in places:
            names.setdefault(folder, []).append(name)
        columns = ", ".join(f"files.{name.strip()}" for name in FILE.split(","))
        found: dict[tuple[bytes, bytes], tuple[object, ...]] = {}
        for begin in range(0, len(names), _FOLDERS):
            some = list(names)[begin : begin + _FOLDERS]
            paths = {
                int(number): path
                for number, path in self._target.execute(
                    f"SELECT id, path FROM folders WHERE path IN ({rows.marks(some)})",  # noqa: S608
                    some,
                ).fetchall()
            }
            where = " OR ".join(f"folder = ? AND name IN ({rows.marks(names[path])})" for path in paths.values())
            told = self._target.execute(
                f"""SELECT folder, name, contents.digest, {columns} FROM files
                LEFT JOIN contents ON contents.id = files.content WHERE {where or "FALSE"}""",  # noqa: S608
                [value for number, path in paths.items() for value in (number, *names[path])],
            ).fetchall()
            found |= {(paths[int(folder)], name): _told(row) for folder, name, *row in told}
        return found

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


def _told(row: Sequence[Any]) -> tuple[object, ...]:
    digest, *stamp = row[:6]
    return (digest, *(None if value is None else int(value) for value in stamp), row[6], bool(row[7]))
