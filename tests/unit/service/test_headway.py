import asyncio
from pathlib import Path

from pictured.service.headway import Headway


def test_the_time_left_is_told_once_the_total_is_known(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.jpg").touch()

    async def scenario() -> None:
        headway = Headway(began=100.0, seen=6)
        assert headway.told(2, 102.0) == {"done": 4, "total": None, "rate": 2.0, "left": None}
        headway.count([tmp_path], [()], ())
        headway.count([tmp_path], [()], ())
        assert headway.counting is not None
        await headway.counting
        assert headway.told(2, 102.0) == {"done": 4, "total": 10, "rate": 2.0, "left": 3.0}
        headway.seen = 12
        assert headway.total == 12

    asyncio.run(scenario())


def test_nothing_done_promises_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        headway = Headway(began=100.0)
        headway.count([tmp_path], [()], ())
        headway.end()
        assert headway.told(3, 100.0) == {"done": 0, "total": None, "rate": 0.0, "left": None}

    asyncio.run(scenario())
