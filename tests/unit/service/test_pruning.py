import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.unit.service.test_proposing import step_of, wish_in

from pictured.flow import Picture
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.proposing import propose_copy
from pictured.service.pruning import Pruned, prune, tell
from pictured.store.queue import Queue

Draw = Callable[..., Path]
Index = Callable[..., Picture]
DAY = 86400.0


def gone(picture: Picture, library: Library) -> None:
    """Have a file missing for a very long time."""
    picture.path.unlink()
    library.catalogue.miss(picture.path, 1.0)


def test_what_has_been_gone_for_long_is_forgotten_and_nothing_else(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    old, fresh, here = (
        index(draw(tmp_path / f"l/{name}.jpg", name, width=100)) for name in ("coffee", "rocket", "camera")
    )
    gone(old, library)
    library.catalogue.miss(fresh.path, 4e9)
    library.catalogue.see_root(tmp_path / "l", tmp_path.stat().st_dev, 1.0)

    would, did = (asyncio.run(prune(library, 30 * DAY, dry_run=dry)) for dry in (True, False))

    assert would == Pruned(1, 0, (), dry_run=True)
    assert did == Pruned(1, 0, (), dry_run=False)
    assert library.catalogue.content_id(old.content.digest) is None
    assert library.catalogue.content_id(fresh.content.digest) is not None
    assert library.catalogue.picture(here.path) == here
    assert asyncio.run(prune(library, 0.0)).files == 0


def test_nothing_is_forgotten_of_a_folder_that_is_not_there(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    drive = tmp_path / "drive"
    gone(index(draw(drive / "x/a.jpg", "coffee", width=100)), library)
    gone(index(draw(tmp_path / "l/b.jpg", "rocket", width=100)), library)
    library.catalogue.see_root(drive, tmp_path.stat().st_dev, 1.0)
    (drive / "x").rmdir()
    drive.rmdir()

    assert asyncio.run(prune(library, 0.0)) == Pruned(1, 0, (drive,), dry_run=False)
    drive.mkdir()
    assert asyncio.run(prune(library, 0.0)) == Pruned(1, 0, (), dry_run=False)


def test_proposals_that_are_over_are_forgotten_and_decisions_are_not(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    queue = Queue(library.db)
    for name, state in (("coffee", "done"), ("rocket", "dropped"), ("camera", "denied"), ("astronaut", "waiting")):
        picture = index(draw(tmp_path / f"l/{name}.jpg", name, width=100))
        proposal = propose_copy(library, step_of(picture, None, tmp_path), wish_in(tmp_path))
        assert proposal is not None
        queue.decide(proposal, state, 1.0)  # type: ignore[arg-type]

    assert asyncio.run(prune(library, DAY)).proposals == 0
    assert asyncio.run(prune(library, 0.0, dry_run=True)).proposals == 2
    assert asyncio.run(prune(library, 0.0)).proposals == 2
    left = [queue.of(number) for number in range(1, 5)]
    assert [each and each.state for each in left] == [None, None, "denied", "waiting"]


def test_only_what_was_forgotten_is_logged(log: Log, told: list[dict[str, Any]]) -> None:
    for pruned in (
        Pruned(0, 0, (), dry_run=False),
        Pruned(3, 0, (), dry_run=True),
        Pruned(3, 1, (Path("/d"),), dry_run=False),
    ):
        tell(pruned, log)

    assert told == [{"event": "index.pruned", "files": 3, "proposals": 1, "offline": [Path("/d")]}]
