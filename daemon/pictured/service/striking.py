"""How often a file is tried again that could not be taken, and when it is left alone."""

from dataclasses import dataclass, replace
from pathlib import Path

from pictured.flow import Failure, Stamp
from pictured.store.catalogue import Catalogue

STRIKES = 3
"""A file that broke its worker so many times is in quarantine: nobody reads it until it changes or a person asks."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A failure, and how often this very state of the file has failed; only crashes count for a crash."""

    failure: Failure
    tries: int

    @property
    def quarantined(self) -> bool:
        """Whether the file is left alone because it breaks its workers."""
        return self.failure.kind == "crashed" and not self.failure.retry


def struck(catalogue: Catalogue, failure: Failure, stamp: Stamp) -> Strike:
    """Count a failure of a file with that stamp after those that are known of it."""
    before, crashed = _before(catalogue, failure.path, stamp), failure.kind == "crashed"
    tries = 1 + (0 if before is None or (crashed and before.failure.kind != failure.kind) else before.tries)
    return Strike(replace(failure, retry=tries < STRIKES if crashed else failure.retry), tries)


def _before(catalogue: Catalogue, path: Path, stamp: Stamp) -> Strike | None:
    known = catalogue.known(path)
    if known is None or known.stamp != stamp:
        return None
    failures = catalogue.failures([path.parent])
    return next((Strike(each.failure, each.tries) for each in failures if each.failure.path == path), None)
