import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from pictured.errors import PicturedError
from pictured.service.demonstration.child import Child, running
from pictured.service.demonstration.playing import prepared
from pictured.service.demonstration.script import CONFIG, STATE


async def script(code: str) -> Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=PIPE, limit=2**20)


async def told(code: str, event: str, patience: float = 20.0) -> list[str]:
    process = await script(code)
    try:
        return [line["event"] for line in await Child(process, patience).until(lambda line: line["event"] == event)]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def test_lines_are_given_up_to_the_wanted_one_without_what_is_no_log() -> None:
    code = (
        r"""import sys; sys.stderr.write('{"event":"a"}\nTraceback\n[1]\n{"no":1}\n{"event":"b"}\n{"event":"c"}\n')"""
    )
    assert asyncio.run(told(code, "b")) == ["a", "b"]


def test_an_early_end_is_told_with_the_exit_code_and_the_last_lines() -> None:
    code = "import sys; sys.stderr.write('first\\n' * 20 + 'it\\x1bbroke\\n'); sys.exit(3)"
    with pytest.raises(PicturedError) as caught:
        asyncio.run(told(code, "never"))
    head, *lines = str(caught.value).splitlines()
    assert head == "The daemon ended too early, with exit code 3; the last lines of its log:"
    assert lines == ["  first"] * 7 + ["  it\\x1bbroke"]


def test_an_early_end_without_a_word_is_told_too() -> None:
    with pytest.raises(PicturedError, match=r"exit code 0; .*:\n  \(none\)"):
        asyncio.run(told("", "never"))


def test_a_silent_daemon_is_given_up() -> None:
    code = 'import sys, time; sys.stderr.write(\'{"event":"a"}\\n\'); sys.stderr.flush(); time.sleep(60)'
    with pytest.raises(PicturedError, match=r'The daemon did nothing for 2 s; .*\n  {"event":"a"}'):
        asyncio.run(told(code, "b", patience=2))


def test_a_daemon_that_does_not_end_well_is_told() -> None:
    code = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); "
        'sys.stderr.write(\'{"event":"a"}\\n\'); sys.stderr.flush(); signal.pause()'
    )

    async def stopped() -> None:
        child = Child(await script(code), 20)
        await child.until(lambda line: line["event"] == "a")
        await child.stop()

    with pytest.raises(PicturedError, match="The daemon ended with exit code 9"):
        asyncio.run(stopped())


def test_the_daemon_is_ended_even_if_what_it_was_for_fails(tmp_path: Path) -> None:
    stage = prepared(tmp_path / "demo")
    found: list[int] = []

    async def failing() -> None:
        async with running(stage / CONFIG, stage / STATE, 20) as daemon:
            *_, started = await daemon.until(lambda line: line["event"] == "daemon.started")
            found.append(started["pid"])
            raise RuntimeError("as it was meant")

    with pytest.raises(RuntimeError, match="as it was meant"):
        asyncio.run(failing())
    with pytest.raises(ProcessLookupError):
        os.kill(found[0], 0)
