"""What rules made of pictures: the record that keeps a rule from being carried out twice on one content."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pictured.store import rows
from pictured.store.database import Database, transaction

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

    def of(self, source: bytes, rule: bytes) -> Rendering | None:
        """Give what a rule made of a content, if it was carried out."""
        row = self._db.execute(
            "SELECT source, rule, entry, path, at, outcome, reason, told FROM renders WHERE source = ? AND rule = ?",
            (source, rule),
        ).fetchone()
        return None if row is None else _rendering(row)

    def marked(self, key: str) -> list[Rendering]:
        """Give what was made with an invisible mark whose key begins with these hex digits, the newest first."""
        found = self._db.execute(
            """SELECT source, rule, entry, path, at, outcome, reason, told FROM renders
            WHERE json_extract(told, '$.invisible_mark.key') LIKE ? ORDER BY at DESC""",
            (f"{key}%",),
        ).fetchall()
        return [_rendering(row) for row in found]

    def record(self, rendering: Rendering) -> None:
        """Keep what a rule made of a content, in place of what was kept of it before; its mark stays findable."""
        with transaction(self._db):
            self._set_aside(rendering.source, rendering.rule, _key(rendering))
            self._db.execute(
                """INSERT INTO renders (source, rule, entry, path, at, outcome, reason, told)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, rule) DO UPDATE SET entry = excluded.entry,
                path = excluded.path, at = excluded.at, outcome = excluded.outcome, reason = excluded.reason,
                told = excluded.told""",
                (
                    rendering.source,
                    rendering.rule,
                    rendering.entry,
                    rows.key(rendering.path),
                    rendering.at,
                    rendering.outcome,
                    rows.text(rendering.reason),
                    json.dumps(rendering.told, ensure_ascii=True, sort_keys=True),
                ),
            )

    def forget(self, source: bytes, rule: bytes) -> None:
        """Forget what a rule made of a content, so that it may be carried out again; its mark stays findable."""
        with transaction(self._db):
            self._set_aside(source, rule, None)
            self._db.execute("DELETE FROM renders WHERE source = ? AND rule = ?", (source, rule))

    def _set_aside(self, source: bytes, rule: bytes, key: str | None) -> None:
        """Keep a record whose mark has another key under a name of its own: pictures with that key may be anywhere."""
        before = self.of(source, rule)
        given = None if before is None else _key(before)
        if given is not None and given != key:
            aside = hashlib.sha256(rule + given.encode()).digest()
            self._db.execute("DELETE FROM renders WHERE source = ? AND rule = ?", (source, aside))
            self._db.execute("UPDATE renders SET rule = ? WHERE source = ? AND rule = ?", (aside, source, rule))


def _key(rendering: Rendering) -> str | None:
    mark = rendering.told.get("invisible_mark")
    return None if mark is None else str(mark["key"])


def _rendering(row: Any) -> Rendering:  # noqa: ANN401 -- rows are whatever the statement selects
    source, rule, entry, path, at, outcome, reason, told = row
    return Rendering(source, rule, entry, rows.path_from(path), at, outcome, reason, json.loads(told))
