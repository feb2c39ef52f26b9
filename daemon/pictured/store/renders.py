"""What rules made of pictures: the record that keeps a rule from being carried out twice on one content."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pictured.store import rows
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys
from pictured.store.lines import Lines, Row

_MARKS = "marks.jsonl"

Outcome = Literal["placed", "kept", "refused"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """What became of one picture by one rule.

    source   digest of the picture's content, 32 bytes
    rule     digest of what the rule says, 32 bytes
    entry    the journal's name of the rule
    path     of the picture
    at       Unix seconds
    outcome  "placed", "kept" (nothing was written), or "refused" (the picture cannot take it)
    reason   for people
    told     what the operations had to tell, as JSON values
    """

    source: bytes
    rule: bytes
    entry: str
    path: Path
    at: float
    outcome: Outcome
    reason: str
    told: Mapping[str, Any]


class Renders:
    """The records. Every method raises StoreError where the index cannot be read or written."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)
        self._marks = Lines(db.home / _MARKS)

    def of(self, source: bytes, rule: bytes) -> Rendering | None:
        """Give what a rule made of a content, if it was carried out."""
        row = self._db.execute(
            "SELECT source, rule, entry, path, at, outcome, reason, told FROM renders WHERE source = ? AND rule = ?",
            (source, rule),
        ).fetchone()
        return None if row is None else self._rendering(row)

    def marked(self, key: str) -> list[Rendering]:
        """Give what was made with an invisible mark whose key begins with these hex digits, the newest first."""
        found = self._db.execute(
            """SELECT source, rule, entry, path, at, outcome, reason, told FROM renders
            WHERE json_extract(told, '$.invisible_mark.key') LIKE ? ORDER BY at DESC""",
            (f"{key}%",),
        ).fetchall()
        return [self._rendering(row) for row in found]

    def record(self, rendering: Rendering) -> None:
        """Keep what a rule made of a content, in place of what was kept of it before; its mark stays findable."""
        if _key(rendering) is not None:
            # The second record comes first, so that it never lacks one.
            self._note(_row(rendering))
        self._put(rendering)

    def restore(self) -> None:
        """Take down again what was made with a mark, of which there is a second record."""
        for row in self._marks.read():
            with suppress(ValueError, KeyError, TypeError):
                if "forgotten" in row:
                    source, rule = map(bytes.fromhex, row["forgotten"])
                    self._forget(source, rule)
                else:
                    self._put(_rendering_in(row))

    def agree(self) -> None:
        """Make the second record where there is none. Raises OSError."""
        if not self._marks.exist:
            self._marks.replace([_row(each) for each in reversed(self.marked(""))])

    def _put(self, rendering: Rendering) -> None:
        with transaction(self._db):
            self._set_aside(rendering.source, rendering.rule, _key(rendering))
            self._db.defer(
                """INSERT INTO renders (source, rule, entry, path, at, outcome, reason, told)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, rule) DO UPDATE SET entry = excluded.entry,
                path = excluded.path, at = excluded.at, outcome = excluded.outcome, reason = excluded.reason,
                told = excluded.told""",
                (
                    rendering.source,
                    rendering.rule,
                    rendering.entry,
                    self._keys.of(rendering.path),
                    rendering.at,
                    rendering.outcome,
                    rows.text(rendering.reason),
                    json.dumps(rendering.told, ensure_ascii=True, sort_keys=True),
                ),
            )

    def forget(self, source: bytes, rule: bytes) -> None:
        """Forget what a rule made of a content, so that it may be carried out again; its mark stays findable."""
        before = self.of(source, rule)
        if before is not None and _key(before) is not None:
            self._note({"forgotten": [source.hex(), rule.hex()]})
        self._forget(source, rule)

    def _forget(self, source: bytes, rule: bytes) -> None:
        with transaction(self._db):
            self._set_aside(source, rule, None)
            self._db.defer("DELETE FROM renders WHERE source = ? AND rule = ?", (source, rule))

    def _note(self, row: Row) -> None:
        # Where it cannot be written, nothing else suffers.
        with suppress(OSError):
            self._marks.add(row)

    def _set_aside(self, source: bytes, rule: bytes, key: str | None) -> None:
        """Keep a record whose mark has another key under a name of its own: pictures with that key may be anywhere."""
        before = self.of(source, rule)
        given = None if before is None else _key(before)
        if given is not None and given != key:
            aside = hashlib.sha256(rule + given.encode()).digest()
            self._db.defer("DELETE FROM renders WHERE source = ? AND rule = ?", (source, aside))
            self._db.defer("UPDATE renders SET rule = ? WHERE source = ? AND rule = ?", (aside, source, rule))

    def _rendering(self, row: Any) -> Rendering:  # noqa: ANN401 -- rows are whatever the statement selects
        source, rule, entry, path, at, outcome, reason, told = row
        return Rendering(source, rule, entry, self._keys.path(path), at, outcome, reason, json.loads(told))


def _key(rendering: Rendering) -> str | None:
    mark = rendering.told.get("invisible_mark")
    return None if mark is None else str(mark["key"])


def _row(rendering: Rendering) -> Row:
    told = {"source": rendering.source.hex(), "rule": rendering.rule.hex(), "path": str(rendering.path)}
    return asdict(rendering) | told


def _rendering_in(row: Row) -> Rendering:
    told = {"source": bytes.fromhex(row["source"]), "rule": bytes.fromhex(row["rule"]), "path": Path(row["path"])}
    return Rendering(**{**row, **told})
