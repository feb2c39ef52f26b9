import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pictured.events import Event
from pictured.service.attesting import attest
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor

PATIENCE = 0.03


@dataclass
class Attended:
    """Something that has these ailments, one after the other, and is well afterwards."""

    ailments: list[str | None]
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def ailment(self) -> str | None:
        return self.ailments.pop(0) if self.ailments else None

    def summary(self) -> str:
        return "at work"


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(str(tmp_path / "notify"))
        found.setblocking(False)
        yield found


def words(tmp_path: Path, ear: socket.socket, log: Log, ailments: list[str | None], count: int) -> list[str]:
    """Attest a daemon until so many messages were heard."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        daemon = Attended(ailments)
        supervisor = Supervisor(bytes(tmp_path / "notify"), PATIENCE)
        async with asyncio.timeout(20):
            attesting = asyncio.create_task(attest(daemon, supervisor, log))
            await asyncio.sleep(0)
            with pytest.raises(BlockingIOError):
                ear.recv(4096)
            daemon.begun.set()
            found = [(await loop.sock_recv(ear, 4096)).decode() for _ in range(count)]
            attesting.cancel()
        return found

    return asyncio.run(main())


def test_it_tells_of_the_start_once_and_then_again_and_again_that_all_is_well(
    tmp_path: Path, ear: socket.socket, log: Log, told: list[dict[str, Any]]
) -> None:
    assert words(tmp_path, ear, log, [], 5) == ["READY=1", *2 * ["WATCHDOG=1", "STATUS=at work"]]
    assert told == []


def test_one_that_is_ill_is_told_of_once_and_not_attested(
    tmp_path: Path, ear: socket.socket, log: Log, told: list[dict[str, Any]]
) -> None:
    ill = "the line is stuck"
    assert words(tmp_path, ear, log, [ill, ill, None], 5) == [
        "READY=1",
        f"STATUS={ill}",
        f"STATUS={ill}",
        "WATCHDOG=1",
        "STATUS=at work",
    ]
    assert told == [{"event": Event.DAEMON_ILL, "error": ill}]
