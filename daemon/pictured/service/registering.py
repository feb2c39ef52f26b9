"""The register of invisible marks: which picture was given which key, by a rule or by hand."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pictured.service.control import ask
from pictured.service.encoding import encoded
from pictured.service.jobs import NoteMark, rendering_of
from pictured.store.database import Database
from pictured.store.engines import Shared, open_index
from pictured.store.holding import hold
from pictured.store.renders import Renders

_PAUSE = 0.2


async def note(state: Path, shared: Shared | None, job: NoteMark) -> None:
    """Take a mark down; the daemon does it where one holds the index. Raises StoreError."""
    while True:
        held = hold(state)
        if held is not None:
            with held, closing(open_index(state, shared, writer=True)) as db:
                Renders(db).record(rendering_of(job))
            return
        try:
            async for _ in ask(state, encoded(job)):
                pass
        except ConnectionRefusedError:
            # Another command holds the index, and will have done with it soon.
            await asyncio.sleep(_PAUSE)
        else:
            return


def registered(db: Database, key: str) -> Iterator[dict[str, Any]]:
    """Give the published JSON object of each picture whose key begins with these digits. Raises StoreError."""
    for each in Renders(db).marked(key):
        mark = each.told["invisible_mark"]
        yield {
            "key": mark["key"],
            "path": str(each.path),
            "marked": each.told.get("target"),
            "sha256": each.source.hex(),
            "by": each.entry,
            "at": each.at,
        }
