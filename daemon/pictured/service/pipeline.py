"""The straight line that every settled file goes: read, match, plan, place, done. Read this after `flow.py`.

    Settled -> read -> record -> match -> plan -> act -> rules -> handled

A crash anywhere loses nothing: a file that is recorded but not yet handled goes the line again at the next start, and
a write that was begun is finished or cleaned away from its intent.
"""

import asyncio
import stat
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path

from pictured.collecting.settings import Mode
from pictured.errors import Crashed, FileError, StoreError, Vanished
from pictured.events import Event
from pictured.flow import Collect, Failure, Keep, Outcome, Picture, Role, Settled, Step
from pictured.service.acting import act
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.orders import Orders
from pictured.service.planning import scope_of, steps
from pictured.service.proposing import Wish, propose_copy, propose_result, supersede
from pictured.service.rendering import Applied, applied
from pictured.service.reports import Reviewed
from pictured.service.ruling import rulings
from pictured.service.scanning import candidates
from pictured.service.striking import struck
from pictured.service.workers import Workers
from pictured.store.database import transaction
from pictured.store.queue import Proposal

_FIRST_WAIT = 5.0
_ELSEWHERE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Retry:
    """A file to be looked at again, in so many seconds."""

    path: Path
    seconds: float


class Line:
    """The line and what it works with. `orders` may be replaced between two files."""

    def __init__(self, library: Library, workers: Workers, log: Log, orders: Orders) -> None:
        self.library = library
        # What was done without it has to be done again when it is back, even if it is as it was.
        library.missed = library.catalogue.reopen
        self.orders = orders
        self._workers = workers
        self._log = log
        self.desk = asyncio.Lock()
        self._setbacks: dict[Path, int] = {}
        self._under_way: set[Settled] = set()
        self.rendering: tuple[str, Path] | None = None

    @property
    def unfinished(self) -> set[Path]:
        """The files on the line, and those that are held up."""
        return {settled.path for settled in self._under_way} | self._setbacks.keys()

    @property
    def held_up(self) -> list[Path]:
        """The files that wait because something could not be placed for them."""
        return list(self._setbacks)

    async def take(self, settled: Settled) -> Retry | None:
        """Do all that a settled file calls for. What goes wrong with it is logged, recorded and perhaps retried."""
        with self.library.claimed(settled.path) as ours:
            # Another machine that is at it may die over it.
            return await self._take_on(settled) if ours else Retry(settled.path, _ELSEWHERE_SECONDS)

    async def _take_on(self, settled: Settled) -> Retry | None:
        known = self.library.catalogue.known(settled.path)
        handled = known is not None and known.stamp == settled.stamp and known.handled
        # An event and a scan may both have found it.
        if handled or settled in self._under_way or self._offline(settled.path):
            return None
        self._under_way.add(settled)
        try:
            return await self._take(settled)
        except Vanished:
            self.gone(settled.path)
            return None
        except FileError as error:
            return self._failed(settled, error)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  one file, whatever it is, must not end the service of all others
            self._log.error(Event.FILE_FAILED, path=settled.path, kind="internal", error=repr(error), exc_info=True)
            failure = Failure(settled.path, "internal", f"this is our fault: {error!r}", retry=False)
            self.library.catalogue.fail(settled.path, settled.stamp, failure, tries=1, retry_at=None)
            return None
        finally:
            self._under_way.discard(settled)

    async def _take(self, settled: Settled) -> Retry | None:
        began = time.monotonic()
        picture = await self._read(settled)
        read = time.monotonic()
        async with aclosing(steps(self.library, self._workers, self.orders, picture)) as planned:
            outcomes = [await self._do(step) async for step in planned]
        collected = time.monotonic()
        rendered, due = await self._rule(picture)
        failed = any(each.error is not None for each in outcomes) or any(each.retry for each in rendered)
        if not failed and due is None:
            self.library.catalogue.handle(picture.path, picture.stamp)
        seconds = {"read": read - began, "collect": collected - read, "rules": time.monotonic() - collected}
        self._tell(picture, outcomes, rendered, seconds)
        if not failed:
            self._setbacks.pop(picture.path, None)
            return None if due is None else Retry(picture.path, due)
        setbacks = self._setbacks[picture.path] = self._setbacks.get(picture.path, 0) + 1
        return Retry(picture.path, self._wait(setbacks))

    def _wait(self, tries: int) -> float:
        """Seconds until the next try: 5, 10, 20 and so on up to the longest wait."""
        return min(self.orders.longest_wait, _FIRST_WAIT * 2.0 ** min(tries - 1, 30))

    def gone(self, path: Path) -> None:
        """Note that nothing is at a path any longer, be it a file or a folder; unless its whole root is away."""
        if self._offline(path) or self._away(path):
            return
        with transaction(self.library.db):
            known = self.library.catalogue.known(path) is not None or self.library.catalogue.is_filled(path)
            self.library.catalogue.miss(path, time.time())
            self.library.catalogue.miss_below(path, time.time())
        self._setbacks.pop(path, None)
        if known:
            self._log.info(Event.FILE_GONE, path=path)

    def _offline(self, path: Path) -> bool:
        """Whether a path is in no watched folder, or in one that is offline: its next scan finds what is to be done."""
        folder = self.orders.folder_of(path)
        known = None if folder is None else self.library.catalogue.root(folder.path)
        return folder is None or (known is not None and known.offline_since is not None)

    def _away(self, path: Path) -> bool:
        """Whether the watched folder of a path was removed this moment, or something else is mounted in its place."""
        folder = self.orders.folder_of(path)
        if folder is None or path == folder.path:
            return True
        try:
            found = folder.path.stat()
        except OSError:
            return True
        known = self.library.catalogue.root(folder.path)
        return not stat.S_ISDIR(found.st_mode) or (known is not None and known.device not in (None, found.st_dev))

    async def _read(self, settled: Settled) -> Picture:
        """The picture of a settled file: from the index where its content is known, else from a worker."""
        catalogue = self.library.catalogue
        there = catalogue.picture(settled.path)
        if there is not None and there.stamp == settled.stamp:
            return there
        digest = catalogue.digest_of(settled.stamp)
        if digest is not None:
            self.library.relink(settled.path, settled.stamp, digest)
            self._log.info(Event.FILE_MOVED, path=settled.path)
            moved = catalogue.picture(settled.path)
            if moved is not None:
                return moved
        folder = self.orders.folder_of(settled.path)
        if folder is not None and folder.role is Role.QUERY:
            content = await self._workers.fingerprint(settled.path, settled.stamp, asking=True)
            self.library.record(settled.path, settled.stamp, content)
            return Picture(settled.path, settled.stamp, content)
        known = candidates(settled, self.library, self._workers)
        read = await self._workers.recognised(settled.path, settled.stamp, known)
        if isinstance(read, bytes):
            with suppress(LookupError):
                self.library.relink(settled.path, settled.stamp, read)
            copied = catalogue.picture(settled.path)
            if copied is not None and copied.content.digest == read:
                return copied
            # It was forgotten meanwhile.
            read = await self._workers.fingerprint(settled.path, settled.stamp)
        self.library.record(settled.path, settled.stamp, read)
        return Picture(settled.path, settled.stamp, read)

    async def _do(self, step: Step) -> Outcome:
        entry = next((entry for entry in self.orders.entries if entry.name == step.entry), None)
        if entry is None:
            return Outcome(step, None, "the configuration changed in the meantime")
        if isinstance(step, Collect) and entry.mode is Mode.SHADOW:
            return Outcome(step, None)
        if isinstance(step, Collect) and entry.mode is Mode.REVIEW:
            wish = Wish(entry, scope_of(entry, self.orders))
            proposal = propose_copy(self.library, step, wish)
            if proposal is not None and step.query is None:
                await supersede(self.library, self._workers, proposal, wish.scope)
            self._propose(proposal)
            return Outcome(Keep(step.entry, step.query, step.source, None, "it waits for a review"), None)
        return await act(step, self.library, entry.into)

    async def _rule(self, picture: Picture) -> tuple[list[Applied], float | None]:
        """Carry out what rules ask for; give what became of it, and in how many seconds another rule is due.

        Rendering takes long and waits for nothing but its worker: other files go their line meanwhile.
        """
        done: list[Applied] = []
        due: list[float] = []
        async with aclosing(rulings(self.library, self._workers, self.orders, picture)) as asked:
            async for ruling in asked:
                if ruling.due is not None:
                    due.append(ruling.due)
                elif ruling.rule.mode == "shadow":
                    self._log.info(
                        Event.RULE_PLANNED,
                        rule=ruling.rule.name,
                        source=picture.path,
                        target=ruling.render.target,
                        actions=ruling.render.reason,
                    )
                elif ruling.rule.mode == "review":
                    self._propose(propose_result(self.library, ruling.render, ruling.rule))
                elif ruling.traits is not None:
                    self.rendering = (ruling.rule.name, picture.path)
                    done.append(await applied(self.library, self._workers, ruling.rule, picture, ruling.traits))
                    self.rendering = None
        return done, min(due, default=None)

    def tell(self, reviewed: Reviewed) -> None:
        """Log a decision on a proposal, and what was done by it."""
        proposal = reviewed.proposal
        if proposal is None:
            return
        told = {name: value for name, value in _told(proposal).items() if name not in ("replaced", "reason")}
        note = reviewed.error or reviewed.reason
        self._log.info(Event.REVIEW_DECIDED, decision=reviewed.decision, **told, state=proposal.state, note=note)
        if isinstance(reviewed.did, Outcome):
            self._log_outcome(reviewed.did)
        elif reviewed.did is not None:
            known = self.library.catalogue.picture(proposal.step.source)
            self._log_applied(reviewed.did, 0 if known is None else known.content.size)

    def _propose(self, proposal: Proposal | None) -> None:
        if proposal is not None:
            self._log.info(Event.REVIEW_PROPOSED, **_told(proposal))

    def _failed(self, settled: Settled, error: FileError) -> Retry | None:
        failure = Failure(settled.path, type(error).__name__.lower(), str(error), error.retry)
        strike = struck(self.library.catalogue, failure, settled.stamp)
        failure, tries = strike.failure, strike.tries
        wait = self._wait(tries) if failure.retry else None
        retry_at = time.time() + wait if wait is not None else None
        self.library.catalogue.fail(settled.path, settled.stamp, failure, tries=tries, retry_at=retry_at)
        if isinstance(error, Crashed):
            self._log.warning(Event.WORKER_LOST, path=settled.path, error=str(error))
        if strike.quarantined:
            self._log.error(Event.FILE_QUARANTINED, path=settled.path, error=str(error))
        else:
            # The same file for the same reason is told once; `status` tells until when it waits.
            tell = self._log.warning if tries == 1 else self._log.debug
            tell(Event.FILE_FAILED, path=settled.path, kind=failure.kind, error=str(error), retry_in=wait)
        return Retry(settled.path, wait) if wait is not None else None

    def _tell(
        self,
        picture: Picture,
        outcomes: Sequence[Outcome],
        rendered: Sequence[Applied],
        seconds: Mapping[str, float],
    ) -> None:
        for outcome in outcomes:
            self._log_outcome(outcome)
        for each in rendered:
            self._log_applied(each, picture.content.size)
        self._log.info(
            Event.FILE_DONE,
            path=picture.path,
            bytes=picture.content.size,
            steps=sum(isinstance(outcome.step, Collect) for outcome in outcomes),
            kept=sum(not isinstance(outcome.step, Collect) for outcome in outcomes),
            rules=len(rendered),
            failed=sum(each.error is not None for each in outcomes) + sum(each.error is not None for each in rendered),
            seconds={stage: round(taken, 3) for stage, taken in seconds.items()},
        )

    def _log_applied(self, done: Applied, size: int) -> None:
        told = {"rule": done.rule, "source": done.source}
        if done.error is not None:
            wait = self._wait(self._setbacks.get(done.source, 0) + 1) if done.retry else None
            self._log.error(Event.RULE_FAILED, **told, error=done.error, retry_in=wait)
        elif done.kept is not None:
            self._log.info(Event.RULE_KEPT, **told, reason=done.kept)
        else:
            targets = [each.placed.target for each in done.placed if each.placed is not None]
            made = sum(each.placed.stamp.size for each in done.placed if each.placed is not None)
            self._log.info(
                Event.RULE_APPLIED,
                **told,
                bytes=size,
                targets=targets,
                made=made,
                seconds=done.seconds,
                told=done.told or None,
            )

    def _log_outcome(self, outcome: Outcome) -> None:
        step = outcome.step
        if not isinstance(step, Collect):
            target = step.placed.target if step.placed else None
            self._log.debug(Event.COPY_KEPT, entry=step.entry, query=step.query, target=target, reason=step.reason)
            return
        told = {"entry": step.entry, "query": step.query, "source": step.source, "target": step.target}
        if outcome.error is not None:
            self._log.error(Event.COPY_FAILED, **told, error=outcome.error)
        elif outcome.placed is None:
            self._log.info(Event.COPY_PLANNED, **told, companions=_together(step), reason=step.reason)
        else:
            replaced = step.replaces.target if step.replaces else None
            together = _together(step)
            self._log.info(Event.COPY_PLACED, **told, replaced=replaced, companions=together, reason=step.reason)


def _together(step: Collect) -> list[Path] | None:
    return [each.target for each in step.companions] or None


def _told(proposal: Proposal) -> dict[str, object]:
    step = proposal.step
    collect = step if isinstance(step, Collect) else None
    return {
        "id": proposal.id,
        "entry": step.entry,
        "query": collect.query if collect else None,
        "source": step.source,
        "target": step.target,
        "replaced": collect.replaces.target if collect and collect.replaces else None,
        "reason": step.reason,
    }
