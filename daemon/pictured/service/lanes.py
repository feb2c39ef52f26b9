"""The ways to the destinations. One that hangs holds up what goes there, and nothing else.

A call to a dead network share may never come back, and nothing can end the thread that waits for it. So each call has
a thread of its own that nobody has to wait for, not even the end of the program. After some time the lane is silent:
nothing more is sent there until the call comes back, and what it brings then is not lost.
"""

import asyncio
import os
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pictured.disk.paths import shown
from pictured.errors import Unanswered

_T = TypeVar("_T")

_PACE = 2_000_000
_BRIEF = 1.0
_MOST_ASIDE = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """A lane fell silent, or answers again; `seconds` since its call was made."""

    folder: Path
    silent: bool
    seconds: float


class Lane:
    """The way to one destination. Whoever plans and then writes there holds it meanwhile."""

    def __init__(self, folder: Path, lanes: "Lanes") -> None:
        self.folder = folder
        self._desk = asyncio.Lock()
        self._lanes = lanes
        self._overdue: dict[object, float] = {}

    @property
    def silent(self) -> float | None:
        """Seconds for which the destination has not answered; None where it does, or was not asked."""
        return time.monotonic() - min(self._overdue.values()) if self._overdue else None

    async def do(
        self,
        work: Callable[[], _T],
        *,
        size: int = 0,
        late: Callable[[asyncio.Future[_T]], None] | None = None,
    ) -> _T:
        """Do something that touches the destination, in a thread.

        Args:
            work: it is never called where the lane is silent already.
            size: bytes that are written and read back, for which a slow drive gets more time.
            late: takes what comes after Unanswered was raised or the caller was cancelled, in the thread of the loop.

        Raises:
            Unanswered: it did not come back in time, or something else did not.
            Exception: what `work` raises.
        """
        self.require()
        began, call = time.monotonic(), begun(work)
        self._lanes.note(call)
        try:
            with self.giving_way():
                done, _ = await asyncio.wait({call}, timeout=self._lanes.patience + size / _PACE)
        except asyncio.CancelledError:
            call.add_done_callback(late or _ignored)
            raise
        if done:
            return call.result()
        self._overdue[call] = began
        call.add_done_callback(lambda call: self._arrived(call, late))
        if len(self._overdue) == 1:
            self._lanes.tell(Heard(self.folder, silent=True, seconds=time.monotonic() - began))
        raise self._unanswered()

    def require(self) -> None:
        """Raise Unanswered where the lane is silent."""
        if self._overdue:
            raise self._unanswered()

    async def ready(self) -> None:
        """Look whether the destination answers. Raises Unanswered."""
        await self.do(partial(_look, self.folder))

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None]:
        """Hold the desk: two steps must not both find the same name free, not even of two machines."""
        async with AsyncExitStack() as turn:
            with self.giving_way():
                await turn.enter_async_context(self._desk)
                await turn.enter_async_context(self._lanes.turn(self.folder))
            yield

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Let others pass while the caller waits here for long; see `Lanes.past`."""
        task = asyncio.current_task()
        timer = asyncio.get_running_loop().call_later(_BRIEF, self._lanes.step_aside, task)
        try:
            yield
        finally:
            timer.cancel()

    def _arrived(self, call: asyncio.Future[_T], late: Callable[[asyncio.Future[_T]], None] | None) -> None:
        began = self._overdue.pop(call)
        (late or _ignored)(call)
        if not self._overdue:
            self._lanes.tell(Heard(self.folder, silent=False, seconds=time.monotonic() - began))

    def _unanswered(self) -> Unanswered:
        return Unanswered(
            f"{shown(self.folder)} does not answer; look after its drive or its network share. "
            "What goes there is tried again by itself."
        )


class Lanes:
    """The lanes by their folders. `patience` is in seconds; `tell` hears what becomes of a lane.

    Where other machines write too, `turn` waits until it is this one's turn at a destination, and `turn_kept` gives
    what tells, in any thread, whether it still is.
    """

    def __init__(self, patience: float = 10.0) -> None:
        self.patience = patience
        self.tell: Callable[[Heard], None] = lambda _: None
        self.turn: Callable[[Path], AbstractAsyncContextManager[None]] = lambda _: nullcontext()
        self.turn_kept: Callable[[Path], Callable[[], bool]] = lambda _: lambda: True
        self._under_way: set[asyncio.Future[Any]] = set()
        self._lanes: dict[Path, Lane] = {}
        self._followed: dict[object, asyncio.Future[None]] = {}
        self._aside: set[asyncio.Task[object]] = set()

    def of(self, folder: Path) -> Lane:
        """Give the lane to a destination."""
        return self._lanes.setdefault(folder, Lane(folder, self))

    def note(self, call: asyncio.Future[_T]) -> None:
        """Take note of a call that was begun."""
        self._under_way.add(call)
        call.add_done_callback(self._under_way.discard)

    async def emptied(self) -> None:
        """Wait until no call is under way, except for those that nobody waits for any more."""
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=self.patience)

    def silent(self) -> dict[Path, float]:
        """Give the destinations that do not answer, and for how many seconds."""
        return {lane.folder: lane.silent for lane in self._lanes.values() if lane.silent is not None}

    async def past(self, task: asyncio.Task[_T]) -> None:
        """Wait until a task is done, or waits for a destination so long that others shall go before it."""
        way = asyncio.get_running_loop().create_future()
        self._followed[task] = way
        try:
            await asyncio.wait({task, way}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._followed.pop(task, None)

    def step_aside(self, task: asyncio.Task[object] | None) -> None:
        """Let whoever follows a task go on. Only so many stand aside, for each of them takes memory."""
        way = None if task is None else self._followed.get(task)
        if task is None or way is None or way.done() or len(self._aside) >= _MOST_ASIDE:
            return
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
        way.set_result(None)


def begun(work: Callable[[], _T]) -> asyncio.Future[_T]:
    """Begin to do something in a thread that the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    call: asyncio.Future[_T] = loop.create_future()

    def give(result: _T) -> None:
        if not call.done():
            call.set_result(result)

    def fail(error: BaseException) -> None:
        if not call.done():
            call.set_exception(error)

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  whoever waits gets it
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(fail, error)
        else:
            # The loop may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(give, result)

    threading.Thread(target=run, daemon=True).start()
    return call


def _ignored(call: asyncio.Future[_T]) -> None:
    # Who asks for the error of a future is not told of it at its end.
    call.exception()


def _look(folder: Path) -> None:
    # What is not there answers, too.
    with suppress(OSError), os.scandir(folder) as entries:
        next(entries, None)
