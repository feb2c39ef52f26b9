import asyncio
import os
import socket
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from pictured.config.addresses import Address
from pictured.config.logs import Logging
from pictured.events import Event
from pictured.service.exposing import exposing, monitoring, passed_socket, response
from pictured.service.logs import Log
from pictured.service.metrics import Counted

HERE = b"Host: 127.0.0.1:9464\r\n"


def text() -> str:
    return "pictured_pictures 1\n"


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def free_port() -> int:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await reader.read()
    finally:
        writer.close()


def served(scenario: Callable[[int], Awaitable[Any]], log: Log) -> Any:  # noqa: ANN401  whatever the scenario gives
    """Run something while a port is served."""

    async def run() -> object:
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.setblocking(False)
            serving = asyncio.create_task(exposing(lambda: None, text, Counted(log), door))
            async with asyncio.timeout(20):
                try:
                    return await scenario(door.getsockname()[1])
                finally:
                    serving.cancel()
                    await asyncio.wait({serving})

    return asyncio.run(run())


def test_what_is_asked_for_in_the_one_right_way_is_given() -> None:
    answer = response(b"GET /metrics HTTP/1.1\r\n" + HERE + b"Accept: */*\r\n\r\n", text)
    head, _, body = answer.partition(b"\r\n\r\n")

    assert status_of(answer) == 200
    assert body.decode() == text()
    assert b"Content-Type: text/plain; version=0.0.4; charset=utf-8" in head
    assert f"Content-Length: {len(body)}".encode() in head


@pytest.mark.parametrize("host", ["localhost", "localhost:9464", "127.0.0.1", "[::1]:9464"])
def test_this_machine_has_several_names(host: str) -> None:
    assert status_of(response(f"GET /metrics HTTP/1.1\r\nhost: {host}\r\n\r\n".encode(), text)) == 200


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET / HTTP/1.1\r\n" + HERE, 404),
        (b"GET /metrics/../etc/passwd HTTP/1.1\r\n" + HERE, 404),
        (b"GET /metrics?x=1 HTTP/1.1\r\n" + HERE, 404),
        (b"POST /metrics HTTP/1.1\r\n" + HERE, 405),
        (b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1.evil.example:9464\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost:9464:1\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\n" + HERE + HERE, 400),
        (b"GET /metrics HTTP/1.1\r\n", 400),
        (b"GET /metrics\r\n" + HERE, 400),
        (b"\xff\xfe\r\n", 400),
    ],
)
def test_anything_else_gets_nothing(request_head: bytes, status: int) -> None:
    answer = response(request_head + b"\r\n", text)

    assert status_of(answer) == status
    assert b"pictured_pictures" not in answer


def test_a_collector_reads_it_over_a_socket_that_was_passed(log: Log) -> None:
    def read(port: int) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    assert served(lambda port: asyncio.to_thread(read, port), log) == text()


def test_what_never_ends_is_cut_off(log: Log) -> None:
    async def scenario(port: int) -> bytes:
        with suppress(ConnectionError):
            return await asked(port, b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 20000)
        return b""

    assert served(scenario, log) == b""


def test_only_so_many_are_heard_at_once_and_the_others_later(log: Log) -> None:
    async def scenario(port: int) -> tuple[bytes, bytes]:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        # The one too many is told nothing.
        refused = asyncio.create_task(asked(port, b"GET /metrics HTTP/1.1\r\n" + HERE + b"\r\n"))
        done = await asyncio.gather(refused, return_exceptions=True)
        for _, writer in silent:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0)
        later = b""
        while b"pictured_pictures" not in later:
            later = b"".join(
                each
                for each in await asyncio.gather(
                    asked(port, b"GET /metrics HTTP/1.1\r\n" + HERE + b"\r\n"), return_exceptions=True
                )
                if isinstance(each, bytes)
            )
        return b"" if isinstance(done[0], BaseException) else done[0], later

    refused, later = served(scenario, log)

    assert refused == b""
    assert status_of(later) == 200


def test_an_address_is_opened_left_and_told_of_where_it_is_taken(
    log: Log, told: list[dict[str, Any]], heard: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    wanted: list[Address | None] = [Address("127.0.0.1", free_port())]

    async def scenario() -> bytes:
        serving = asyncio.create_task(exposing(lambda: wanted[0], text, Counted(log), every=0.01))
        port = wanted[0].port if wanted[0] else 0
        answer = b""
        while not answer:
            try:
                answer = await asked(port, b"GET /metrics HTTP/1.1\r\n" + HERE + b"\r\n")
            except ConnectionError:
                await asyncio.sleep(0.01)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            wanted[0] = Address("127.0.0.1", taken.getsockname()[1])
            await heard(Event.METRICS_FAILED)
        with pytest.raises(ConnectionError):
            await asked(port, b"")
        serving.cancel()
        await asyncio.wait({serving})
        return answer

    async def bounded() -> bytes:
        async with asyncio.timeout(20):
            return await scenario()

    assert status_of(asyncio.run(bounded())) == 200
    assert told[0]["event"] == Event.METRICS_FAILED
    assert "cannot be listened on" in told[0]["error"]


def test_nothing_was_passed_to_another_process_or_by_nobody() -> None:
    for environ in ({}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}, {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "0"}):
        assert passed_socket(environ, os.getpid()) is None


def test_without_settings_nothing_is_told_to_anybody(tmp_path: Path, log: Log) -> None:
    async def scenario() -> None:
        tasks = [asyncio.create_task(each) for each in monitoring(Logging, dict, Counted(log))]
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(scenario())

    assert list(tmp_path.iterdir()) == []
