import asyncio
import json
import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest

from pictured.errors import ExitCode, PicturedError, UsageError
from pictured.service.control import Answering, ask, listen, socket_path
from pictured.service.reports import Line

DEADLINE = 10


async def echo(request: Mapping[str, Any]) -> AsyncIterator[Line]:
    match request.get("do"):
        case "refuse":
            raise UsageError("that cannot be")
        case "count":
            for number in range(request["to"]):
                yield {"number": number}
        case "break":
            yield {"number": 1}
            raise UsageError("no more")
        case _:
            yield dict(request)


def served(state: Path, scenario: Callable[[], Awaitable[None]], answering: Answering = echo) -> None:
    async def run() -> None:
        async with asyncio.timeout(DEADLINE):
            server = await listen(state, answering)
            try:
                await scenario()
            finally:
                server.close()

    asyncio.run(run())


async def lines(state: Path, request: Mapping[str, Any]) -> list[Line]:
    async with aclosing(ask(state, request)) as found:
        return [line async for line in found]


async def spoken(state: Path, raw: bytes) -> list[dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(socket_path(state))
    writer.write(raw)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return [json.loads(line) for line in answer.splitlines()]


def test_an_answer_comes_line_by_line(tmp_path: Path) -> None:
    async def scenario() -> None:
        assert await lines(tmp_path, {"do": "count", "to": 3}) == [{"number": 0}, {"number": 1}, {"number": 2}]
        assert await lines(tmp_path, {"do": "count", "to": 0}) == []

    served(tmp_path, scenario)


def test_names_that_are_no_text_come_through(tmp_path: Path) -> None:
    request = {"do": "echo", "path": os.fsdecode(b"/\xff\n")}

    async def scenario() -> None:
        assert await lines(tmp_path, request) == [request]

    served(tmp_path, scenario)


def test_long_lines_come_through(tmp_path: Path) -> None:
    request = {"do": "echo", "paths": ["x" * 100] * 10_000}

    async def scenario() -> None:
        assert await lines(tmp_path, request) == [request]

    served(tmp_path, scenario)


def test_many_may_ask_at_the_same_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        answers = await asyncio.gather(*(lines(tmp_path, {"do": "count", "to": n}) for n in range(20)))
        assert [len(answer) for answer in answers] == list(range(20))

    served(tmp_path, scenario)


def test_a_refusal_keeps_its_words_and_its_exit_code(tmp_path: Path) -> None:
    async def scenario() -> None:
        with pytest.raises(PicturedError, match=r"^that cannot be$") as refused:
            await lines(tmp_path, {"do": "refuse"})
        assert refused.value.exit_code is ExitCode.USAGE
        with pytest.raises(PicturedError, match=r"^no more$"):
            await lines(tmp_path, {"do": "break"})

    served(tmp_path, scenario)


@pytest.mark.parametrize(
    "raw",
    [
        b"no json\n",
        b"\xff\n",
        b"\n",
        b"",
        b"[]\n",
        b"3\n",
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_no_request_is_answered_with_an_error(tmp_path: Path, raw: bytes) -> None:
    async def scenario() -> None:
        answer = await spoken(tmp_path, raw)
        assert [(line["event"], line["exit"]) for line in answer] == [("error", ExitCode.USAGE)]
        assert await lines(tmp_path, {"do": "count", "to": 1}) == [{"number": 0}]

    served(tmp_path, scenario)


def test_one_who_hangs_up_disturbs_nobody(tmp_path: Path) -> None:
    async def endless(request: Mapping[str, Any]) -> AsyncIterator[Line]:
        number = 0
        while request["do"] == "endless" or number < 2:
            yield {"number": number}
            number += 1
            await asyncio.sleep(0)

    async def scenario() -> None:
        async with aclosing(ask(tmp_path, {"do": "endless"})) as answer:
            async for line in answer:
                if line["number"] == 3:
                    break
        assert len(await lines(tmp_path, {"do": "two"})) == 2

    served(tmp_path, scenario, endless)


def test_nobody_there_is_a_connection_that_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(lines(tmp_path, {"do": "echo"}))


def test_the_socket_of_a_dead_daemon_is_refused_and_then_replaced(tmp_path: Path) -> None:
    async def scenario() -> None:
        assert await lines(tmp_path, {"do": "count", "to": 1}) == [{"number": 0}]

    served(tmp_path, scenario)
    socket_path(tmp_path).touch()
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(lines(tmp_path, {"do": "echo"}))

    served(tmp_path, scenario)


def test_an_answer_that_stops_halfway_is_told(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"number": 0}\n')
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_unix_server(hang_up, socket_path(tmp_path)):
            with pytest.raises(ConnectionResetError, match="ask again"):
                await lines(tmp_path, {"do": "count", "to": 9})

    asyncio.run(scenario())


def test_the_socket_is_for_its_owner_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        found = socket_path(tmp_path).stat()
        assert stat.S_ISSOCK(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o600

    before = os.umask(0)
    try:
        served(tmp_path, scenario)
        assert os.umask(0) == 0
    finally:
        os.umask(before)


def test_a_state_folder_with_a_long_path_has_a_socket_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("d" * 120)
    other = tmp_path / ("e" * 120)
    assert socket_path(deep) == socket_path(deep) != socket_path(other)

    async def scenario() -> None:
        assert await lines(deep, {"do": "count", "to": 1}) == [{"number": 0}]
        assert stat.S_IMODE(socket_path(deep).parent.stat().st_mode) == 0o700

    if len(os.fsencode(socket_path(deep))) > 104:
        pytest.skip("the temporary folder of this test has a long path itself")
    served(deep, scenario)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs root, to be somebody else")
def test_another_account_gets_no_answer_even_where_the_socket_lets_it_in() -> None:
    # Nobody else may enter the folders of the tests.
    state = Path(tempfile.mkdtemp(dir="/tmp"))
    state.chmod(0o755)

    async def scenario() -> None:
        with socket.socket(socket.AF_UNIX) as door:
            door.setblocking(False)
            socket_path(state).chmod(0o666)
            os.seteuid(65534)
            try:
                door.connect(str(socket_path(state)))
            finally:
                os.seteuid(0)
            loop = asyncio.get_running_loop()
            with suppress(ConnectionError):
                await loop.sock_sendall(door, b"{}\n")
                assert await loop.sock_recv(door, 100) == b""

    try:
        served(state, scenario)
    finally:
        shutil.rmtree(state)
