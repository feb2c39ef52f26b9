import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.test_proposing import step_of, wish_in

from pictured.events import Event
from pictured.flow import Failure, Picture, Stamp
from pictured.service.heeding import failed_among, heed, heeding
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.orders import Orders
from pictured.service.pipeline import Line, Retry
from pictured.service.proposing import propose_copy
from pictured.service.reports import Reviewed
from pictured.service.workers import Workers
from pictured.store.queue import Queue

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]
Heard = Callable[..., Awaitable[dict[str, Any]]]
NOTHING = Orders((), (), 60.0)


def test_what_was_approved_before_is_done_and_told(
    tmp_path: Path, library: Library, draw: Draw, index: Index, log: Log, with_workers: Run, heard: Heard
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    proposal = propose_copy(library, step_of(original, None, tmp_path), wish_in(tmp_path))
    assert proposal is not None
    Queue(library.db).decide(proposal, "approved", 1.0)

    async def scenario(workers: Workers) -> None:
        task = asyncio.create_task(heeding(Line(library, workers, log, NOTHING), workers, lambda _: None))
        await heard(Event.COPY_PLACED, target=proposal.step.target)
        task.cancel()

    with_workers(scenario)

    assert proposal.step.target.read_bytes() == original.path.read_bytes()


def test_a_picture_that_is_planned_anew_goes_down_the_line_once_more(
    tmp_path: Path, library: Library, log: Log, with_workers: Run, told: list[dict[str, Any]]
) -> None:
    again: list[Retry] = []

    async def scenario(workers: Workers) -> None:
        line = Line(library, workers, log, NOTHING)
        heed(Reviewed(1, "approve", None, "it changed", again=tmp_path / "x.jpg"), line, again.append)

    with_workers(scenario)

    assert again == [Retry(tmp_path / "x.jpg", 0.0)]
    assert told == []


def test_what_failed_is_tried_as_if_it_had_not(tmp_path: Path, library: Library) -> None:
    one, other = tmp_path / "one.jpg", tmp_path / "other.jpg"
    for path in (one, other):
        broken = Failure(path, "crashed", "it broke its worker", retry=False)
        library.catalogue.fail(path, Stamp(1, 2, 3), broken, tries=3, retry_at=None)

    assert failed_among(library, [str(one), "/nowhere"]) == [one]
    assert [each.tries for each in library.catalogue.failures(None)] == [0, 3]
    assert failed_among(library, None) == [one, other]
    assert [each.failure.retry for each in library.catalogue.failures(None)] == [True, True]
