"""Moves the index of this machine to a database that several machines share, or back, while nothing else uses it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path
from typing import Literal

from pictured.disk.paths import shown
from pictured.errors import UsageError
from pictured.service.reports import Line, Progress, line_of
from pictured.store.engines import Shared, open_index
from pictured.store.holding import hold
from pictured.store.moving import Move
from pictured.store.opening import FILE


async def migrate(state: Path, shared: Shared, to: Literal["shared", "file"]) -> AsyncGenerator[Line]:
    """Move everything that this machine sees, and compare it afterwards. What was cut off goes on where it was.

    The file that was moved to a database is set aside under another name. What was moved back stays in the database,
    where other machines may need it.

    Raises:
        UsageError: if a daemon or another command uses the index, or there is none.
        StoreError: if it was moved before, if one of both cannot be read or written, or if what lies there differs.
    """
    held = hold(state)
    if held is None:
        raise UsageError("a daemon or another command uses the index; end it first, and start it again afterwards")
    with held:
        if to == "shared" and not (state / FILE).exists():
            raise UsageError(f"there is no index in {shown(state)} that could be moved")
        places = (None, shared) if to == "shared" else (shared, None)
        with closing(open_index(state, places[1], writer=True)) as target:
            with closing(open_index(state, places[0], writer=True)) as source:
                move = Move(source, target)
                move.begin()
                for step in move.run():
                    yield line_of(Progress(step.done, step.total, f"moving {step.what}"))
                    # Whoever reads this may end it between two batches.
                    await asyncio.sleep(0)
                sums = move.sums()
            aside = None
            if to == "shared":
                aside = state / f"{FILE}.moved-{time.strftime('%Y%m%dT%H%M%S')}"
                (state / FILE).rename(aside)
            move.end()
        told = {"contents": sums.contents, "files": sums.files, "placed": sums.placed, "sha256": sums.digest}
        yield {"event": "index.moved", **told, "aside": None if aside is None else str(aside)}
