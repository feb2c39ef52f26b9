"""Serves the page of proposals: this machine only, one person only, and every decision by the same job as a command's.

It needs the extra `review`; nothing else may import this.
"""

import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pictured.errors import PicturedError, UsageError
from pictured.service.access import done, opened
from pictured.service.jobs import Review
from pictured.service.library import Library
from pictured.service.proposing import told_of
from pictured.service.reports import Decision, Line, json_line
from pictured.service.review_desk import Desk
from pictured.service.review_guard import Asked, Guard, foreign, guard_of, is_known, same
from pictured.service.review_page import path_of
from pictured.service.settings import Settings
from pictured.store.queue import Queue

_LARGEST = 65_536
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers what the page asks.

    page      draws it
    queue     what waits
    decide    has a decision followed, and gives what became of it
    draft     what a rule would make, by the number of its proposal
    copies    which files of a card are copies at full size, too
    compared  how a file, by proposal and place, lies on the first one of its card
    full      every pixel of such a file, as a BMP
    """

    page: Callable[[], Awaitable[str]]
    queue: Callable[[], Queue]
    decide: Callable[[Review], Awaitable[list[Line]]]
    draft: Callable[[int], Awaitable[Told]]
    copies: Callable[[int], Awaitable[Told]]
    compared: Callable[[int, int], Awaitable[Told]]
    full: Callable[[int, int], Awaitable[bytes]]


async def serve(state: Path, settings: Settings, address: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to end. `ready` gets the address to open, which works once.

    Raises:
        UsageError: the address or the port cannot be had.
        StoreError: there is no index.
    """
    guard_of(address, port, "")
    listening = _listening(address, port)
    port = listening.getsockname()[1]
    token, guard = secrets.token_urlsafe(32), guard_of(address, port, secrets.token_urlsafe(32))

    async def decide(job: Review) -> list[Line]:
        async with aclosing(done(job, state, settings, lambda: None)) as lines:
            return [line async for line in lines if "decision" in line]

    with listening:
        async with opened(state, settings, writer=False) as (library, workers):
            fresh = partial(Library, library.db, settings.matching.depth, settings.matching.measures)
            queue = partial(Queue, library.db)
            with closing(Desk(fresh, workers)) as desk:
                answers = Answers(desk.drawn, queue, decide, desk.draft, desk.copies, desk.compared, desk.full)
                app = application(guard, token, answers)
                config = uvicorn.Config(
                    app, log_level="error", access_log=False, lifespan="off", ws="none", server_header=False
                )
                host = next(iter(sorted(guard.hosts)))
                ready(f"http://{host}/?token={token}")
                await uvicorn.Server(config).serve(sockets=[listening])


def application(guard: Guard, token: str, answers: Answers) -> Starlette:
    """Make the application.

    Args:
        guard: what requests are held against.
        token: what is exchanged for the cookie, once.
        answers: to what is let in.
    """
    unused = [token]

    def entered(request: Request) -> Response:
        """The first visit: the token becomes a cookie."""
        if not unused or not same(request.query_params.get("token", ""), unused[0]):
            told = "This address was used before or is not complete; run `pictured review --serve` again."
            return PlainTextResponse(told, 403)
        unused.clear()
        response = RedirectResponse("/", 303)
        response.set_cookie(guard.cookie, guard.session, httponly=True, samesite="strict", path="/")
        return response

    async def show(request: Request) -> Response:
        if "token" in request.query_params:
            return RedirectResponse("/", 303)
        text = await answers.page()
        # What the page says of itself holds as a header, too, which a page cannot say all of.
        policy = text.partition('Content-Security-Policy" content="')[2].partition('"')[0]
        return HTMLResponse(text, headers={"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"})

    async def listed(_: Request) -> Response:
        return _json({"proposals": [told_of(each) for each in answers.queue().waiting()]})

    async def decided(request: Request) -> Response:
        job = _job(request.path_params["decision"], await _body(request))
        return _json({"decisions": await answers.decide(job)})

    async def drafted(request: Request) -> Response:
        return _json(await answers.draft(request.path_params["number"]))

    async def confirmed(request: Request) -> Response:
        return _json(await answers.copies(request.path_params["number"]))

    async def compared(request: Request) -> Response:
        return _json(await answers.compared(request.path_params["number"], request.path_params["place"]))

    async def full(request: Request) -> Response:
        pixels = await answers.full(request.path_params["number"], request.path_params["place"])
        return Response(pixels, media_type="image/bmp")

    async def failed(_: Request, error: Exception) -> Response:
        return _json({"error": str(error)}, 400 if isinstance(error, UsageError) else 409)

    routes = [
        Route("/", show, methods=["GET"]),
        Route("/api/proposals", listed, methods=["GET"]),
        Route("/api/draft/{number:int}", drafted, methods=["POST"]),
        Route("/api/copies/{number:int}", confirmed, methods=["GET"]),
        Route("/api/compared/{number:int}/{place:int}", compared, methods=["GET"]),
        Route("/api/full/{number:int}/{place:int}", full, methods=["GET"]),
        Route("/api/{decision}", decided, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={PicturedError: failed})

    async def dispatch(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
        asked = Asked(request.method, _headers(request), request.cookies)
        refusal = foreign(asked, guard)
        if refusal is not None:
            response: Response = PlainTextResponse(f"Refused: {refusal}.", 403)
        elif is_known(asked, guard):
            response = await follow(request)
        elif request.url.path == "/" and request.method == "GET":
            response = entered(request)
        else:
            response = PlainTextResponse("Refused: open the address that `pictured review --serve` printed.", 403)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    app.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)
    return app


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        raise UsageError(
            f"{address} port {port} cannot be had: {error.strerror or error}; give another --port"
        ) from None


def _headers(request: Request) -> Mapping[str, str]:
    return {name: ",".join(request.headers.getlist(name)) for name in request.headers}


async def _body(request: Request) -> Mapping[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UsageError("the request is no JSON")
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > _LARGEST:
            raise UsageError("the request is too large")
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise UsageError("the request is no JSON object")
    return told


def _job(decision: str, told: Mapping[str, Any]) -> Review:
    numbers = told.get("ids")
    if not isinstance(numbers, list) or not all(type(each) is int for each in numbers) or not numbers:
        raise UsageError("the request names no proposals in `ids`")
    copy = None
    try:
        if isinstance(told.get("key"), str):
            copy = path_of(told["key"])
        elif isinstance(told.get("path"), str):
            copy = Path(told["path"])
    except ValueError:
        raise UsageError("the request names no file in `key`") from None
    for known in get_args(Decision):
        if known == decision:
            return Review(known, tuple(numbers), copy)
    raise UsageError(f"there is no decision {decision!r}")


def _json(told: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json_line(told), status, media_type="application/json")
