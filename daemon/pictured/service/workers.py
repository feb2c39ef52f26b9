"""Worker processes for the reading of pictures: a picture that crashes its decoder costs one file and no more.

Each worker has one pipe and one file at a time, or a batch of them. The event loop waits for the pipes, so idle workers
cost nothing. A worker that dies, hangs or is in any doubt is killed, and its successor is started when the next file
needs it.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from multiprocessing.context import ForkContext
from pathlib import Path
from typing import Literal, TypeVar, cast

from pictured.disk.paths import shown
from pictured.errors import Crashed, FileError, Unreadable
from pictured.flow import Detail, Fingerprint, Match, Picture, Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Preview
from pictured.imaging.rendered import Order, Rendered
from pictured.imaging.traits import Traits
from pictured.looks import Depth, Probe
from pictured.service.awaiting import PATIENCE, ending, readable, reaped
from pictured.service.launching import CONTEXTS, FINGERPRINT, RENDER, Worker, launched
from pictured.service.worker_process import SLICE, Batch, Task, WorkerLimits

__all__ = ["FINGERPRINT", "WorkerLimits", "Workers"]

_PROBE = "pictured.indexing.probing:probe"
_DETAIL = "pictured.indexing.detail:details"
_CONFIRM = "pictured.indexing.confirming:confirm"
_PREVIEW = "pictured.indexing.previewing:preview"

_EXAMINE = "pictured.rules.examining:examine"

_T = TypeVar("_T", "Worker", None)

Unread = tuple[Path, Stamp, Sequence[bytes]]
"""A file with its stamp, and the digests of contents that need no decoding."""

_REST_SECONDS = 60.0


class Workers:
    """At most `count` processes, started as they are needed; callers wait their turn in order.

    Args:
        count: processes at a time.
        limits: for each of them.
        context: "forkserver" where the system can fork safely (Linux), else "spawn"; "fork" copies the caller as it
            is and is meant for tests.
        work: `module:function` that makes fingerprints.
        depth: how much is kept of each picture.
        marr: whether the Marr-Hildreth hash is kept too.
        rendering: limits of the one process that carries out rules; those of the others where none are given.
        rest: seconds after which idle processes are ended; a fork server stays, so that others start in a moment.
    """

    def __init__(
        self,
        count: int,
        limits: WorkerLimits,
        context: Literal["forkserver", "spawn", "fork"] = "forkserver",
        work: str = FINGERPRINT,
        depth: Depth = Depth.NORMAL,
        *,
        marr: bool = False,
        rendering: WorkerLimits | None = None,
        rest: float = _REST_SECONDS,
    ) -> None:
        self._limits = limits
        self.depth = depth
        self._keeping = {"depth": depth, "marr": marr}
        self._work = work
        self._context = CONTEXTS[context]()
        self._rendering = rendering or limits
        self._renderer: Workers | None = None
        self.count = count
        self._turns = asyncio.Semaphore(count)
        self._launching = asyncio.Lock()
        self._idle: list[Worker] = []
        self._rest = rest
        self._used = 0.0
        self._resting: asyncio.TimerHandle | None = None
        self._living: set[Worker] = set()
        self._errands: set[asyncio.Future[Worker] | asyncio.Future[None]] = set()
        self._closed = False

    def start(self) -> None:
        """Begin to load the workers while the caller does something else. Not needed, only faster."""
        for _ in range(self.count):
            self._errand(self._warm())

    async def fingerprint(self, path: Path, stamp: Stamp, *, asking: bool = False) -> Fingerprint:
        """Have the file read that has this stamp; `asking` where it is a query picture.

        Raises the FileErrors of `indexing.fingerprinting.fingerprint`, Crashed where the worker died or ran out of
        time, and Unreadable where no worker could be started. A cancelled call kills its worker; a call that `close`
        overtakes is cancelled.
        """
        asked = {"path": path, "stamp": stamp, "asking": asking, **self._keeping}
        return cast("Fingerprint", await self.do(Task(path, self._work, asked)))

    async def recognised(self, path: Path, stamp: Stamp, known: Sequence[bytes]) -> Fingerprint | bytes:
        """Do as `fingerprint`, but give the digest alone, and decode nothing, where it is one of the known."""
        asked = {"path": path, "stamp": stamp, "known": known, **self._keeping}
        return cast("Fingerprint | bytes", await self.do(Task(path, self._work, asked)))

    async def recognised_all(self, files: Sequence[Unread]) -> list[Fingerprint | bytes | FileError]:
        """Do as `recognised` for several files, in their order; an error is given and not raised.

        Small files cost less together. Where a worker dies of one of them, or none could be started, all that were
        not read are read one by one.
        """
        tasks = [
            Task(path, self._work, {"path": path, "stamp": stamp, "known": known, **self._keeping})
            for path, stamp, known in files
        ]
        answers: list[object] = []
        while len(answers) < len(tasks):
            answers += await self._some(tasks[len(answers) :])
        return cast("list[Fingerprint | bytes | FileError]", answers)

    async def probe(self, path: Path, stamp: Stamp) -> Probe:
        """Have everything made of a query picture that is searched. Raises as `fingerprint` does."""
        asked = {"path": path, "stamp": stamp, "marr": self._keeping["marr"]}
        return cast("Probe", await self.do(Task(path, _PROBE, asked)))

    async def detail(self, copies: Sequence[Picture]) -> tuple[Detail | None, ...]:
        """Have the pixels of several copies of one picture compared; None for one that cannot be read.

        Raises Crashed and Unreadable as `fingerprint` does.
        """
        task = Task(copies[0].path, _DETAIL, {"pictures": tuple(copies)})
        return cast("tuple[Detail | None, ...]", await self.do(task))

    async def confirm(self, query: Path, stamp: Stamp, claims: Sequence[Match]) -> tuple[str | None, ...]:
        """Have a query compared with its claimed copies at full size; says for each what contradicts the claim.

        Raises as `fingerprint` does, for the query only.
        """
        task = Task(query, _CONFIRM, {"path": query, "stamp": stamp, "claims": tuple(claims)})
        return cast("tuple[str | None, ...]", await self.do(task))

    async def preview(self, path: Path, stamp: Stamp, side: int, most: int) -> Preview:
        """Have a preview drawn with a long side of `side` pixels and `most` bytes at most. Raises as `fingerprint`."""
        task = Task(path, _PREVIEW, {"path": path, "stamp": stamp, "side": side, "most": most})
        return cast("Preview", await self.do(task))

    async def examine(self, path: Path, stamp: Stamp) -> Traits:
        """Have the header of a file read for what rules ask. Raises as `fingerprint` does."""
        return cast("Traits", await self.do(Task(path, _EXAMINE, {"path": path, "stamp": stamp})))

    async def render(self, order: Order, stamp: Stamp) -> Rendered:
        """Have a rule's operations carried out, one picture at a time. Raises as `rules.rendering.render` does.

        It happens in a process of its own that is started afresh and not forked, so that it holds nothing but the
        engine and one picture.
        """
        if self._renderer is None:
            self._renderer = Workers(1, self._rendering, "spawn", RENDER, rest=self._rest)
        task = Task(order.path, RENDER, {"order": order, "stamp": stamp})
        return cast("Rendered", await self._renderer.do(task))

    @property
    def marr(self) -> bool:
        """Whether the Marr-Hildreth hash is kept of each picture."""
        return bool(self._keeping["marr"])

    @property
    def decoding(self) -> DecodingLimits:
        """What a picture may declare."""
        return self._limits.decoding

    @property
    def seconds(self) -> float:
        """How long one file may take."""
        return self._limits.seconds

    @property
    def rendering_memory(self) -> int:
        """Bytes that rendering one picture may take."""
        return self._rendering.memory

    async def do(self, task: Task | Batch) -> object:
        """Have anything done by a worker. Raises the FileError that the work raises, and Crashed and Unreadable.

        A batch gives a list of what came of its first tasks, one at least: the FileErrors of its work are in it.
        """
        async with self._turns:
            worker = await self._take(task.path)
            try:
                answer = await self._ask(worker, task)
            except BaseException:
                self._drop(worker)
                raise
            self._put_back(worker)
        if isinstance(answer, FileError):
            raise answer
        return answer

    async def _some(self, tasks: Sequence[Task]) -> list[object]:
        """What comes of the first of some tasks, one at least."""
        if len(tasks) > 1:
            with suppress(FileError):
                return cast("list[object]", await self.do(Batch(tasks)))
        return [await self._one(task) for task in tasks]

    async def _one(self, task: Task) -> object:
        try:
            return await self.do(task)
        except FileError as error:
            return error

    async def close(self) -> None:
        """End every worker, busy or not, within a second. Afterwards nothing can be read any more."""
        if self._closed:
            return
        self._closed = True
        if self._resting is not None:
            self._resting.cancel()
        if self._renderer is not None:
            await self._renderer.close()
        for worker in self._living:
            worker.process.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                for _ in range(self.count):
                    await self._turns.acquire()
        for worker in self._idle:
            self._drop(worker)
        # Whoever waited for a turn is told so now.
        for _ in range(self.count):
            self._turns.release()
        if self._errands:
            await asyncio.wait(self._errands, timeout=PATIENCE)

    async def _warm(self) -> None:
        # What goes wrong here goes wrong again, and is told, for the first file.
        with suppress(Unreadable, asyncio.CancelledError):
            async with self._turns:
                self._lay_by(await self._take(Path()))

    async def _take(self, path: Path) -> Worker:
        if self._closed:
            raise asyncio.CancelledError
        while self._idle:
            worker = self._idle.pop()
            if not worker.connection.poll():
                return worker
            # An idle worker has nothing to say: what there is to read is the end of its pipe.
            self._drop(worker)
        launch = self._errand(self._launch())
        try:
            return await asyncio.shield(launch)
        except asyncio.CancelledError:
            launch.add_done_callback(self._drop_late)
            raise
        except (OSError, EOFError) as error:
            raise Unreadable(
                f"{shown(path)} cannot be read now: no worker process could be started ({error})."
            ) from error

    async def _launch(self) -> Worker:
        async with self._launching:
            if isinstance(self._context, ForkContext):
                worker = launched(self._context, self._limits, self._work)
            else:
                # The fork server answers only when it has loaded the decoders, which takes a third of a second.
                worker = await asyncio.to_thread(launched, self._context, self._limits, self._work)
        self._living.add(worker)
        if self._closed:
            worker.process.kill()
        return worker

    async def _ask(self, worker: Worker, task: Task | Batch) -> object:
        path, seconds = task.path, self._limits.seconds + (SLICE if isinstance(task, Batch) else 0.0)
        try:
            worker.connection.send(task)
            if not await readable(worker.connection.fileno(), seconds):
                raise Crashed(f"{shown(path)} took longer than {self._limits.seconds:g} s to be read.")
            answer: object = worker.connection.recv()
        except (EOFError, ConnectionError) as error:
            if self._closed:
                raise asyncio.CancelledError from error
            await readable(worker.process.sentinel, PATIENCE)
            raise Crashed(f"{shown(path)} was being read when its worker {ending(worker.process.exitcode)}.") from error
        worker.done += len(answer) if isinstance(answer, list) else 1
        return answer

    def _put_back(self, worker: Worker) -> None:
        if worker.done < self._limits.tasks and not self._closed:
            self._lay_by(worker)
        else:
            self._drop(worker)

    def _lay_by(self, worker: Worker) -> None:
        loop = asyncio.get_running_loop()
        self._idle.append(worker)
        self._used = loop.time()
        if self._resting is None:
            self._resting = loop.call_later(self._rest, self._release)

    def _release(self) -> None:
        """End the idle workers if none was used for a while: what they hold is of use to nobody then."""
        loop = asyncio.get_running_loop()
        left = self._used + self._rest - loop.time()
        self._resting = loop.call_later(left, self._release) if left > 0 else None
        while self._idle and self._resting is None:
            self._drop(self._idle.pop())

    def _drop(self, worker: Worker) -> None:
        self._living.discard(worker)
        worker.connection.close()
        if worker.process.exitcode is None:
            worker.process.kill()
        self._errand(reaped(worker.process))

    def _drop_late(self, launch: asyncio.Task[Worker]) -> None:
        if not launch.cancelled() and launch.exception() is None:
            self._drop(launch.result())

    def _errand(self, work: Coroutine[object, object, _T]) -> asyncio.Task[_T]:
        """Run something on the side that `close` waits for."""
        errand = asyncio.ensure_future(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
        return errand
