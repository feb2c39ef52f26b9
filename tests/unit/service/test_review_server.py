import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `review` is not installed")

from pictured.errors import Changed, StoreError, UsageError
from pictured.service.jobs import Review
from pictured.service.reports import Line
from pictured.service.review_guard import guard_of
from pictured.service.review_page import key_of
from pictured.service.review_server import Answers, application
from pictured.store.opening import open_store
from pictured.store.queue import Queue

HOST, ORIGIN = "127.0.0.1:4711", "http://127.0.0.1:4711"
GUARD = guard_of("127.0.0.1", 4711, "session")
COOKIE = f"{GUARD.cookie}=session"
Answer = tuple[int, dict[str, str], bytes]
Ask = Callable[..., Answer]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path / "state", writer=True)) as opened:
        yield opened


@pytest.fixture
def jobs() -> list[Review]:
    """What was decided."""
    return []


@pytest.fixture
def ask(db: sqlite3.Connection, jobs: list[Review]) -> Ask:
    """Send one request to the application, as a server does."""

    async def drawn() -> str:
        return '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><p>page</p>'

    async def decide(job: Review) -> list[Line]:
        if job.numbers == (13,):
            raise StoreError("the index is full")
        jobs.append(job)
        return [{"id": number, "decision": job.decision} for number in job.numbers]

    async def draft(number: int) -> dict[str, Any]:
        return {"card": {"id": number}}

    async def copies(number: int) -> dict[str, Any]:
        return {"members": {str(number): {"agreed": True}}}

    async def compared(number: int, place: int) -> dict[str, Any]:
        if place > 9:
            raise UsageError("these two cannot be laid on each other")
        return {"at": [number, place]}

    async def full(number: int, place: int) -> bytes:
        if number == 13:
            raise Changed("/l/a.jpg changed")
        return b"BM" + bytes([number, place])

    answers = Answers(drawn, lambda: Queue(db), decide, draft, copies, compared, full)
    app = application(GUARD, "token", answers)

    def send(method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        told = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        where, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": where,
            "raw_path": where.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in told.items()],
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 4711),
        }
        sent: list[Any] = []
        left = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if left:
                return left.pop()
            await asyncio.sleep(3600)
            raise AssertionError

        async def give(message: Any) -> None:  # noqa: ANN401  what ASGI sends
            sent.append(message)

        asyncio.run(app(scope, receive, give))
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], found, b"".join(each.get("body", b"") for each in sent[1:])

    return send


def decision(ask: Ask, path: str, told: object, **headers: str) -> Answer:
    more = {"origin": ORIGIN, "cookie": COOKIE, "content_type": "application/json"} | headers
    return ask("POST", path, json.dumps(told).encode(), **more)


def test_the_token_becomes_a_cookie_once(ask: Ask) -> None:
    assert ask("GET", "/")[0] == 403
    assert ask("GET", "/?token=wrong")[0] == 403
    status, headers, _ = ask("GET", "/?token=token")
    assert (status, headers["location"]) == (303, "/")
    assert headers["set-cookie"] == f"{COOKIE}; HttpOnly; Path=/; SameSite=strict"
    assert ask("GET", "/?token=token")[0] == 403
    assert ask("GET", "/?token=token", cookie=COOKIE)[0] == 303


def test_the_page_comes_with_a_strict_policy(ask: Ask) -> None:
    status, headers, body = ask("GET", "/", cookie=COOKIE)
    assert (status, body.endswith(b"<p>page</p>")) == (200, True)
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize(
    "headers",
    [{}, {"cookie": f"{GUARD.cookie}=other"}, {"cookie": COOKIE, "host": "evil.example"}]
    + [{"cookie": COOKIE, "origin": origin} for origin in ("http://evil.example", "null", "")]
    + [{"cookie": COOKIE, "sec_fetch_site": "cross-site"}],
)
def test_no_door_opens_without_the_cookie_or_to_a_foreign_page(
    ask: Ask, jobs: list[Review], headers: dict[str, str]
) -> None:
    for path in ("/", "/api/proposals", "/nothing", "/api/copies/1", "/api/compared/1/1", "/api/full/1/0"):
        assert ask("GET", path, **headers)[0] == 403
    assert ask("POST", "/api/draft/1", b"{}", content_type="application/json", **headers)[0] == 403
    assert ask("POST", "/api/approve", b'{"ids": [1]}', content_type="application/json", **headers)[0] == 403
    assert jobs == []


def test_decisions_go_to_the_job(ask: Ask, jobs: list[Review]) -> None:
    copy = Path("/l/\udcff.jpg")
    status, _, body = decision(ask, "/api/approve", {"ids": [1, 2]})
    decision(ask, "/api/deny", {"ids": [3]})
    decision(ask, "/api/prefer", {"ids": [4], "key": key_of(copy)})
    decision(ask, "/api/prefer", {"ids": [5], "path": "/l/a.jpg"})
    decision(ask, "/api/undo", {"ids": [6]})

    assert (status, [each["id"] for each in json.loads(body)["decisions"]]) == (200, [1, 2])
    assert jobs == [
        Review("approve", (1, 2)),
        Review("deny", (3,)),
        Review("prefer", (4,), copy),
        Review("prefer", (5,), Path("/l/a.jpg")),
        Review("undo", (6,)),
    ]


@pytest.mark.parametrize("told", [[], {}, {"ids": []}, {"ids": ["1"]}, {"ids": [True]}, {"ids": [1], "key": "ä"}])
def test_a_request_that_makes_no_sense_is_refused(ask: Ask, jobs: list[Review], told: object) -> None:
    status, _, body = decision(ask, "/api/prefer", told)
    assert (status, "error" in json.loads(body), jobs) == (400, True, [])


def test_other_kinds_of_requests_are_refused(ask: Ask, jobs: list[Review]) -> None:
    assert decision(ask, "/api/delete", {"ids": [1]})[0] == 400
    assert decision(ask, "/api/approve", {"ids": [1]}, content_type="text/plain")[0] == 400
    assert decision(ask, "/api/approve", {"ids": [1], "pad": "x" * 70_000})[0] == 400
    assert ask("POST", "/api/approve", b"{", origin=ORIGIN, cookie=COOKIE, content_type="application/json")[0] == 400
    assert ask("GET", "/api/approve", cookie=COOKIE)[0] == 405
    assert jobs == []


def test_an_error_of_ours_is_told(ask: Ask) -> None:
    status, _, body = decision(ask, "/api/approve", {"ids": [13]})
    assert (status, json.loads(body)) == (409, {"error": "the index is full"})


def test_what_is_behind_a_card_is_given(ask: Ask) -> None:
    status, headers, body = ask("GET", "/api/full/4/2", cookie=COOKIE)
    assert (status, headers["content-type"], body) == (200, "image/bmp", b"BM\x04\x02")
    assert headers["cache-control"] == "no-store"
    assert json.loads(ask("GET", "/api/compared/4/2", cookie=COOKIE)[2]) == {"at": [4, 2]}
    assert json.loads(ask("GET", "/api/copies/4", cookie=COOKIE)[2]) == {"members": {"4": {"agreed": True}}}
    assert json.loads(decision(ask, "/api/draft/4", {})[2]) == {"card": {"id": 4}}


def test_what_cannot_be_shown_is_told_and_nothing_is_made_without_an_origin(ask: Ask) -> None:
    assert ask("GET", "/api/full/13/0", cookie=COOKIE)[0] == 409
    assert ask("GET", "/api/compared/1/10", cookie=COOKIE)[0] == 400
    for path in ("/api/full/a/0", "/api/full/1/-1", "/api/full/1/..%2f", "/api/compared/1"):
        assert ask("GET", path, cookie=COOKIE)[0] in (404, 405)
    assert ask("POST", "/api/draft/4", b"{}", content_type="application/json", cookie=COOKIE)[0] == 403
    assert ask("GET", "/api/draft/4", cookie=COOKIE)[0] == 405


def test_what_waits_is_listed(ask: Ask) -> None:
    status, _, body = ask("GET", "/api/proposals", cookie=COOKIE)
    assert (status, json.loads(body)) == (200, {"proposals": []})
