from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.disk.reading import stamp_of
from pictured.errors import TooLarge
from pictured.flow import Stamp
from pictured.imaging.preview import Closeup
from pictured.reporting.cards import Pair, Wanted
from pictured.service.sighting import closeup, full, lie
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]
ROUGH = (1.003, 0.0, 0.0, 1.0, 0.0, 0.002)


def wanted(path: Path) -> Wanted:
    return Wanted(path, stamp_of(path))


def test_workers_look_at_two_copies(tmp_path: Path, draw: Draw, with_workers: Run) -> None:
    best, copy = draw(tmp_path / "a.jpg", "coffee"), draw(tmp_path / "b.jpg", "coffee", width=300)
    pair = Pair(1, wanted(best), wanted(copy), ROUGH)

    async def scenario(workers: Workers) -> None:
        found = await closeup(workers, pair, 100, 50_000)
        assert isinstance(found, Closeup)
        assert (found.best.width, found.best.height) == (100, 100)
        assert await lie(workers, pair) == (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        assert (await full(workers, pair.copy, 10**6)).width == 300
        with pytest.raises(TooLarge):
            await full(workers, pair.best, 1000)

    with_workers(scenario)


def test_a_copy_that_is_gone_lies_as_it_was_told_and_why_is_said(tmp_path: Path, draw: Draw, with_workers: Run) -> None:
    pair = Pair(1, wanted(draw(tmp_path / "a.jpg", "coffee")), Wanted(tmp_path / "b.jpg", Stamp(1, 1, 1)), ROUGH)

    async def scenario(workers: Workers) -> None:
        assert await lie(workers, pair) == ROUGH
        assert "b.jpg" in str(await closeup(workers, pair, 100, 50_000))

    with_workers(scenario)
