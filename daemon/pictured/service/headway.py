"""How far a scan is, how fast it goes and how long it will take."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictured.watching.counting import count


@dataclass(slots=True)
class Headway:
    """A scan under way. `began` is of the clock that never goes back; `seen` counts what it has come across."""

    began: float = field(default_factory=time.monotonic)
    seen: int = 0
    counting: asyncio.Task[int] | None = None

    def count(self, folders: Sequence[Path], ignore: Sequence[Sequence[str]], exclude: Sequence[Path]) -> None:
        """Begin to count what lies in the folders, in a thread, unless that was begun before.

        Only a scan that finds something to read is worth it: one that finds nothing is over as soon.
        """
        if self.counting is None:
            self.counting = asyncio.create_task(_counted(folders, ignore, exclude))

    @property
    def total(self) -> int | None:
        """How many files there are, once that is known."""
        counted = self.counting is not None and self.counting.done() and not self.counting.cancelled()
        return max(self.seen, self.counting.result()) if counted and self.counting is not None else None

    def end(self) -> None:
        """Count no longer; a thread that does comes to its end unheard."""
        if self.counting is not None:
            self.counting.cancel()

    def told(self, waiting: int, now: float) -> dict[str, Any]:
        """Give it as `status --json` shows it, where so many of the files that were seen wait to be read."""
        done = max(0, self.seen - waiting)
        seconds, total = now - self.began, self.total
        rate = done / seconds if seconds > 0 else 0.0
        left = (total - done) / rate if total is not None and rate > 0 else None
        return {
            "done": done,
            "total": total,
            "rate": round(rate, 2),
            "left": None if left is None else round(left, 1),
        }


async def _counted(folders: Sequence[Path], ignore: Sequence[Sequence[str]], exclude: Sequence[Path]) -> int:
    counts = [
        await asyncio.to_thread(count, folder, globs, exclude=exclude)
        for folder, globs in zip(folders, ignore, strict=True)
    ]
    return sum(counts)
