"""The files that rules made, each beside what it was made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pictured.flow import Placed
from pictured.store.database import Database
from pictured.store.keys import Keys
from pictured.store.placements import Placements


@dataclass(frozen=True, slots=True)
class Result:
    """A file that a rule made and that is still in place.

    placed   the file; `placed.source` is the picture that it was made of
    origin   digest of that picture's content, where it is recorded
    kept     the original, where the file took its place and it was put elsewhere
    told     what the operations had to tell, as JSON values
    """

    placed: Placed
    origin: bytes | None
    kept: Placed | None
    told: Mapping[str, Any]


def latest(db: Database, most: int) -> list[Result]:
    """Give what rules made, newest first. Raises StoreError where the index cannot be read."""
    found = db.execute(
        """SELECT id, entry, source, digest FROM placed WHERE active AND entry LIKE 'rules/%'
        ORDER BY id DESC LIMIT ?""",
        (most,),
    ).fetchall()
    journal, keys = Placements(db), Keys(db.naming)
    results: list[Result] = []
    for number, entry, source, digest in found:
        records = db.execute(
            "SELECT source, told FROM renders WHERE entry = ? AND path = ? AND outcome = 'placed' ORDER BY at DESC",
            (entry, source),
        ).fetchall()
        placed = journal.placed(number)
        # An original that was put elsewhere was placed, too.
        if placed is None or any(digest == origin for origin, _ in records):
            continue
        origin, told = records[0] if records else (None, "{}")
        kept = _kept(journal.rendered(entry, keys.path(source)), placed, origin)
        results.append(Result(placed, origin, kept, json.loads(told)))
    return results


def _kept(made: Sequence[Placed], placed: Placed, origin: bytes | None) -> Placed | None:
    others = (each for each in made if each.digest == origin and each.target != placed.source)
    return next(others, None) if placed.source == placed.target else None
