import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pictured.config.limits import Limits
from pictured.disk.reading import stamp_of
from pictured.errors import StoreError, UsageError
from pictured.flow import Collect, Form
from pictured.matching.settings import MatchingSettings
from pictured.service.access import answered, done, opened
from pictured.service.control import listen
from pictured.service.jobs import Find, Scan
from pictured.service.reports import Line
from pictured.service.settings import Settings
from pictured.store.holding import hold

Draw = Callable[..., Path]
SETTINGS = Settings(Limits(workers=1), MatchingSettings())
DEADLINE = 30


def never() -> None:
    pytest.fail("nobody else is there to wait for")


def collected(lines: AsyncGenerator[Line]) -> list[Line]:
    async def main() -> list[Line]:
        async with asyncio.timeout(DEADLINE):
            return [line async for line in lines]

    return asyncio.run(main())


@pytest.fixture
def job(tmp_path: Path, draw: Draw) -> Scan:
    draw(tmp_path / "l/coffee.jpg", "coffee", width=100)
    return Scan((tmp_path / "l",))


def test_a_job_is_done_here_where_nobody_holds_the_index(tmp_path: Path, job: Scan) -> None:
    lines = collected(done(job, tmp_path / "state", SETTINGS, never))

    assert (lines[-1]["event"], lines[-1]["hashed"]) == ("scan.finished", 1)
    held = hold(tmp_path / "state")
    assert held is not None
    held.release()


def test_a_running_daemon_is_asked(tmp_path: Path, job: Scan) -> None:
    async def daemon(request: Mapping[str, Any]) -> AsyncIterator[Line]:
        yield {"asked": request["do"], "folders": request["folders"]}

    async def main() -> list[Line]:
        held = hold(tmp_path / "state")
        assert held is not None
        with held:
            server = await listen(tmp_path / "state", daemon)
            try:
                async with asyncio.timeout(DEADLINE):
                    return [line async for line in done(job, tmp_path / "state", SETTINGS, never)]
            finally:
                server.close()

    assert asyncio.run(main()) == [{"asked": "scan", "folders": [str(tmp_path / "l")]}]


def test_the_refusal_of_a_daemon_is_passed_on(tmp_path: Path, job: Scan) -> None:
    async def daemon(_: Mapping[str, Any]) -> AsyncIterator[Line]:
        raise UsageError("not now")
        yield {}

    async def main() -> None:
        held = hold(tmp_path / "state")
        assert held is not None
        with held:
            server = await listen(tmp_path / "state", daemon)
            try:
                async for _ in done(job, tmp_path / "state", SETTINGS, never):
                    pass
            finally:
                server.close()

    with pytest.raises(Exception, match="not now"):
        asyncio.run(main())


def test_another_command_is_waited_for_and_that_is_said_once(tmp_path: Path, job: Scan) -> None:
    other = hold(tmp_path / "state")
    assert other is not None
    said = []

    def waiting() -> None:
        said.append("waiting")
        other.release()

    lines = collected(done(job, tmp_path / "state", SETTINGS, waiting))

    assert said == ["waiting"]
    assert lines[-1]["event"] == "scan.finished"


def test_a_job_that_is_given_up_lets_the_index_go(tmp_path: Path, job: Scan) -> None:
    async def main() -> None:
        lines = done(job, tmp_path / "state", SETTINGS, never)
        await anext(lines)
        await lines.aclose()

    asyncio.run(main())

    held = hold(tmp_path / "state")
    assert held is not None
    held.release()


def test_a_question_is_answered_whoever_holds_the_index(tmp_path: Path, job: Scan, draw: Draw) -> None:
    collected(done(job, tmp_path / "state", SETTINGS, never))
    held = hold(tmp_path / "state")
    assert held is not None
    with held:
        query = draw(tmp_path / "poor.jpg", "coffee", width=60)
        lines = collected(answered(Find((query,), (), (), ("pixels",)), tmp_path / "state", SETTINGS))

    assert [match["path"] for match in lines[0]["matches"]] == [str(tmp_path / "l/coffee.jpg")]


def test_without_an_index_a_question_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pictured scan"):
        collected(answered(Find((), (), (), ("pixels",)), tmp_path / "state", SETTINGS))


@pytest.mark.usefixtures("job")
def test_whoever_writes_cleans_up_after_a_crash_first(tmp_path: Path) -> None:
    async def begun() -> None:
        async with opened(tmp_path / "state", SETTINGS, writer=True) as (library, _):
            source = tmp_path / "l/coffee.jpg"
            library.journal.begin(
                Collect("best", None, source, stamp_of(source), b"d" * 32, tmp_path / "b.jpg", Form.COPY, "why"), 1.0
            )

    async def intents() -> int:
        async with opened(tmp_path / "state", SETTINGS, writer=True) as (library, _):
            return len(library.journal.intents())

    asyncio.run(begun())
    assert asyncio.run(intents()) == 0
