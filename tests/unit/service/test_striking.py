from dataclasses import replace
from pathlib import Path

import pytest

from pictured.flow import Failure, Stamp
from pictured.service.library import Library
from pictured.service.striking import STRIKES, Strike, struck

PATH = Path("/l/a.jpg")
STAMP = Stamp(1, 2, 3)


def failure(kind: str = "crashed", *, retry: bool = False) -> Failure:
    return Failure(PATH, kind, f"it is {kind}", retry)


def noted(library: Library, given: Failure, stamp: Stamp = STAMP) -> Strike:
    strike = struck(library.catalogue, given, stamp)
    library.catalogue.fail(PATH, stamp, strike.failure, tries=strike.tries, retry_at=None)
    return strike


def test_the_third_crash_and_no_earlier_one_is_the_last(library: Library) -> None:
    strikes = [noted(library, failure()) for _ in range(STRIKES)]

    assert [strike.tries for strike in strikes] == [1, 2, 3]
    assert [strike.failure.retry for strike in strikes] == [True, True, False]
    assert [strike.quarantined for strike in strikes] == [False, False, True]


def test_a_file_that_changed_begins_anew(library: Library) -> None:
    noted(library, failure())
    noted(library, failure())

    assert noted(library, failure(), replace(STAMP, mtime_ns=4)).tries == 1


def test_what_somebody_asks_for_again_has_all_its_tries(library: Library) -> None:
    for _ in range(STRIKES):
        noted(library, failure())
    library.catalogue.pardon(PATH)

    assert [noted(library, failure()).quarantined for _ in range(STRIKES)] == [False, False, True]


def test_other_failures_are_no_crashes(library: Library) -> None:
    for _ in range(STRIKES):
        assert noted(library, failure("truncated", retry=True)).failure.retry

    assert noted(library, failure()) == Strike(failure(retry=True), 1)


@pytest.mark.parametrize("retry", [False, True])
def test_whether_anything_else_is_tried_again_is_its_own_business(library: Library, retry: bool) -> None:  # noqa: FBT001
    strikes = [noted(library, failure("unreadable", retry=retry)) for _ in range(5)]

    assert [strike.failure.retry for strike in strikes] == [retry] * 5
    assert [strike.tries for strike in strikes] == [1, 2, 3, 4, 5]
