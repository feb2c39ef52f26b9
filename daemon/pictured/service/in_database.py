"""Searches inside the shared index, by the hashes of whole pictures: for catalogues that no machine's memory holds."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pictured.flow import Fingerprint
from pictured.looks import Box, Points
from pictured.matching.neighbours import Candidate
from pictured.matching.voting import Voted
from pictured.store.database import Database
from pictured.store.postgres.banding import RADIUS, near, pairs


class HashesThere:
    """The hashes as the database has them; no parts of pictures and no features are searched."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.parts: Sequence[Box] = ((0.0, 0.0, 1.0, 1.0),)
        self.featured = False

    def near(self, hashes: NDArray[np.uint8], radius: int, part_radius: int) -> list[Candidate]:  # noqa: ARG002
        """Do as `Neighbours.near`, but within 31 bits at most."""
        nearest: dict[int, Candidate] = {}
        for turn, row in enumerate(hashes, start=1):
            for content, distance in near(self._db, row.tobytes(), min(radius, RADIUS)):
                if content not in nearest or distance < nearest[content].distance:
                    nearest[content] = Candidate(content, distance, turn)
        return sorted(nearest.values(), key=lambda each: (each.distance, each.content))

    def voted(self, asked: Points, most: int) -> list[Voted]:  # noqa: ARG002
        """Nothing: features are not searched."""
        return []

    def pairs(self, radius: int) -> Iterator[tuple[int, int, int]]:
        """Do as `Neighbours.pairs`, each pair once."""
        return pairs(self._db, radius)


class InDatabase:
    """Stands in for `Searchable`. What is written to the index is found from then on, so nothing is left to do."""

    def __init__(self, db: Database) -> None:
        self.index = HashesThere(db)

    def restate(self, number: int) -> None:
        """Do nothing."""

    hold = restate

    def put(self, number: int, content: Fingerprint | None = None) -> None:
        """Do nothing."""

    def prune(self) -> None:
        """Do nothing."""

    rest = prune

    def keep(self, least: int) -> None:
        """Do nothing."""

    async def prepared(self) -> None:
        """Return at once."""

    async def tend(self, failed: Callable[[OSError], None]) -> None:
        """Return at once."""
