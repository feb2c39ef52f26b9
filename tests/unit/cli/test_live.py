import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console

from pictured.cli.live import Rates, Sample, rates, sample_of, scanning, span, view, watch
from pictured.errors import UsageError

RUNNING = {
    "running": True, "pid": 17, "uptime": 3700.0, "pending": 12, "pictures": 3, "files": 4, "placed": 1, "failed": 10,
    "waiting": 0,
    "roots": [
        {"path": "/l/[bold]\x1b[2J", "role": "library", "mode": "events", "online": True, "scanning": True,
         "last_scan": None, "last_event": 1e9},
        {"path": "/q", "role": "query", "mode": "none", "online": False, "scanning": False,
         "last_scan": 1e9, "last_event": None},
    ],
    "failing": [
        {"path": f"/l/{n}.jpg", "kind": "truncated", "error": "ends before the picture does", "retry_in": 5.0}
        for n in range(10)
    ],
    "rendering": {"rule": "web", "path": "/l/big.tif"},
}  # fmt: skip
DEED = {"at": 1e9, "what": "placed", "target": "/best/a.jpg", "source": "/l/a.jpg", "reason": "the best [of] 3"}


def drawn(told: dict[str, Any], deeds: list[dict[str, Any]], speed: Rates) -> str:
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    console.print(view(told, deeds, speed))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_everything_is_in_view() -> None:
    shown = drawn(RUNNING, [DEED], Rates(20.0, 0.5, 90.0))

    for part in ("running", "pid 17, up 1 h 1 min", "backlog 12, about 1 min 30 s left", "20.0 files/s indexed"):
        assert part in shown
    for part in ("scanning now", "offline", "never", "rendering /l/big.tif by web", "/best/a.jpg", "the best [of] 3"):
        assert part in shown
    assert "truncated  /l/0.jpg: ends before the picture does (again in 5 s)" in shown
    assert "… and 2 more" in shown


def test_a_scan_tells_how_far_it_is() -> None:
    root = {"scanning": True, "scan": {"done": 50, "total": None, "rate": 12.3, "left": None}}
    assert scanning(root) == "scanning: 50, 12/s"
    root["scan"] = {"done": 50, "total": 200, "rate": 12.3, "left": 75.0}
    assert scanning(root) == "scanning: 50 of 200, 12/s, about 1 min 15 s left"
    assert scanning({"scanning": False, "scan": None}) == ""


def test_a_path_cannot_command_the_terminal() -> None:
    shown = drawn(RUNNING, [], Rates())

    assert "\x1b" not in shown
    assert r"/l/[bold]\x1b[2J" in shown


def test_where_nothing_runs_that_is_said() -> None:
    resting = RUNNING | {"running": False, "pid": None, "uptime": None, "roots": [], "failing": [], "rendering": None}

    assert "not running" in drawn(resting, [], Rates())
    assert "Folder" not in drawn(resting, [], Rates())


def test_what_waits_for_a_person_is_told_only_where_something_does() -> None:
    assert "wait" not in drawn(RUNNING, [], Rates()).replace("backlog", "")
    assert "1 step waits for you: pictured review --serve" in drawn(RUNNING | {"waiting": 1}, [], Rates())
    assert "3 steps wait for you" in drawn(RUNNING | {"waiting": 3}, [], Rates())


def test_rates_are_those_between_the_first_and_the_last_sample() -> None:
    samples = [Sample(0.0, 100, 5, 50), Sample(1.0, 999, 999, 999), Sample(10.0, 120, 6, 40)]

    assert rates(samples) == Rates(2.0, 0.1, 40.0)
    assert rates(samples[:1]) == rates([]) == Rates()
    assert rates([Sample(0.0, 5, 5, 0), Sample(1.0, 2, 2, 9)]) == Rates()
    assert sample_of(RUNNING, 3.0) == Sample(3.0, 4, 1, 12)


def test_it_is_drawn_until_it_is_ended() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)

    async def look() -> dict[str, Any]:
        return RUNNING

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await watch(look, lambda: [DEED], console)

    asyncio.run(main())
    assert "pid 17" in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (65, "1 min 5 s"), (7300, "2 h 1 min")])
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_without_a_terminal_it_is_refused(pictured: Callable[..., Result]) -> None:
    assert isinstance(pictured("status", "--watch").exception, UsageError)
