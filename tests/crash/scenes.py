"""The scenes that the daemon lives through, again and again, and what must be found on the disk at the end of each."""

import asyncio
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

from PIL import Image
from skimage import data

from pictured.config.logs import Logging
from pictured.config.model import Config
from pictured.disk.reading import stamp_from, stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import Resize
from pictured.imaging.rendered import Order
from pictured.imaging.sidecars import Additions, added_to
from pictured.service.daemon import Daemon, Place
from pictured.service.library import Library
from pictured.service.logs import set_up
from pictured.service.workers import WorkerLimits, Workers
from pictured.store.journal import Journal
from pictured.store.opening import open_store
from pictured.store.queue import Queue

Scene = Literal["collect", "upgrade", "undo", "rules", "review", "companions"]
Found = dict[str, Any]

_TIME_NS = 1_262_304_000_123_456_789
_DEADLINE = 120.0
_LIMITS = WorkerLimits(seconds=20, memory=512_000_000, decoding=DecodingLimits(pixels=10**7, memory=10**8))


@dataclass(frozen=True, slots=True)
class World:
    """The folders of one run."""

    root: Path

    @property
    def library(self) -> Path:
        return self.root / "library"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def edited(self) -> Path:
        return self.root / "edited"

    def ruled(self) -> Config:
        """Three rules: one result, several results, and one in place of the original. Nothing is collected."""
        small, tiles = {"action": "resize", "percent": 50}, {"action": "tile", "width": 200}
        return Config.model_validate(
            {
                "folders": [
                    {"path": self.library, "role": "library"},
                    {"path": self.edited, "role": "library"},
                ],
                "rules": [
                    # Two, one and one of the pictures: a touch is a life, and lives take time.
                    self._rule("small", self.library / "two", 210, small, into=self.root / "small", layout="tree"),
                    self._rule("tiles", self.library / "one", 310, tiles, into=self.root / "tiles"),
                    self._rule("edit", self.edited, 310, small, in_place=True, backup=self.root / "kept"),
                ],
                "settle": 0.02,
                "limits": {"workers": 1},
            }
        )

    def _rule(self, name: str, folder: Path, widest: int, action: dict[str, Any], **output: object) -> dict[str, Any]:
        return {
            "name": name,
            "folders": [folder],
            "when": {"max_width": widest},
            "actions": [action],
            "output": output,
            "mode": "auto",
        }

    def accompanied(self) -> Config:
        """One destination, for query pictures; what belongs to a picture goes with it, and metadata is merged."""
        config = self.config().model_dump(by_alias=True, include={"folders", "settle", "limits"})
        entry = {"name": "best", "from": [self.library], "into": self.root / "best", "mode": "auto"}
        entry["merge_metadata"] = True
        return Config.model_validate(config | {"collect": [entry]})

    def config(self, mode: str = "auto") -> Config:
        """Two destinations: verified copies for query pictures, hard links for groups of copies."""
        return Config.model_validate(
            {
                "folders": [
                    {"path": self.library, "role": "library"},
                    {"path": self.root / "queries", "role": "query"},
                ],
                "collect": [
                    {"name": "best", "from": [self.library], "into": self.root / "best", "mode": mode},
                    {
                        "name": "groups",
                        "from": [self.library],
                        "for": "duplicates",
                        "into": self.root / "groups",
                        "as": "hardlink",
                        "mode": mode,
                    },
                ],
                "settle": 0.02,
                "limits": {"workers": 1},
            }
        )


def paint(root: Path) -> None:
    """Make the pictures of every scene.

    Two have a poorer copy and a query each; a better copy of them arrives later. One is alone, and nobody asks for it.
    One that two queries ask for arrives later.
    """
    _save(data.chelsea(), 300, root / "library/one/cat.jpg", quality=88)
    _save(data.chelsea(), 200, root / "library/two/small cat.jpg", quality=80)
    _save(data.chelsea(), 420, root / "arriving/new/cat.jpg", quality=92)
    _save(data.chelsea(), 140, root / "queries/cat.jpg", quality=45)
    _save(data.coffee(), 320, root / "library/one/cup.jpg", quality=85)
    _save(data.coffee(), 240, root / "library/two/small cup.jpg", quality=80)
    _save(data.coffee(), 380, root / "arriving/cup.png")
    _save(data.coffee(), 160, root / "queries/cup.jpg", quality=45)
    _save(data.astronaut(), 200, root / "library/two/alone.jpg", quality=80)
    _save(data.astronaut(), 180, root / "edited/in place.jpg", quality=80)
    _save(data.rocket(), 260, root / "arriving/late.jpg", quality=80)
    _save(data.rocket(), 120, root / "queries/late.jpg", quality=45)
    _save(data.rocket(), 110, root / "queries/late again.jpg", quality=45)


def accompany(root: Path) -> None:
    """Put companions beside the cat and beside the better copy of it: some with one name, some with others.

    All other pictures go: there are many touches here, and lives take time.
    """
    for path in root.rglob("*.*"):
        if path.name != "cat.jpg":
            path.unlink()
    for folder, endings in {"library/one": (".jpg.xmp", ".aae", ".mov"), "arriving/new": (".xmp", ".mov")}.items():
        for ending in endings:
            path = root / folder / f"cat{ending}"
            words = [f"word of {folder}"]
            sidecar = added_to(None, Additions({}, None, words)) if ending.endswith(".xmp") else None
            path.write_bytes(sidecar or f"{folder} {ending}".encode() * 100)
            path.chmod(0o640)
            os.utime(path, ns=(_TIME_NS, _TIME_NS))


def _save(pixels: Any, width: int, path: Path, quality: int | None = None) -> None:  # noqa: ANN401  no types there
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(pixels)
    options = {} if quality is None else {"quality": quality}
    picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS).save(path, **options)
    path.chmod(0o640)
    os.utime(path, ns=(_TIME_NS, _TIME_NS))


async def live(world: World, scene: Scene, arm: Callable[[], None], stream: TextIO) -> None:
    """Run the daemon until nothing is pending, let the scene happen, and stop it when nothing is pending again.

    What the scene itself does has an end before `arm` is called. May be called again after a death.
    """
    # One thread takes turns in the same order every time; the touches then have nearly the same numbers in each life.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    if scene == "rules":
        config = world.ruled()
    elif scene == "companions":
        config = world.accompanied()
    else:
        config = world.config("review" if scene == "review" else "auto")
    log = set_up(Logging(level="debug"), stream, {})
    workers = Workers(1, _LIMITS, "fork")
    try:
        # The worker is forked here, while this process has one thread.
        first = world.library / "one" / "cat.jpg"
        await workers.fingerprint(first, stamp_of(first))
        if scene == "rules":
            await _warm(workers, world, first)
        if scene in ("collect", "rules"):
            arm()
        with closing(open_store(world.state, writer=True)) as db:
            library = Library(db)
            daemon = Daemon(config, Place(world.root, world.config), library, workers, log)
            running = asyncio.create_task(daemon.run())
            await _idle(daemon, running, library, [])
            if scene == "upgrade":
                arrived = _arrive(world)
                arm()
                await _idle(daemon, running, library, arrived)
            elif scene == "undo":
                wanted = [*library.journal.active("best"), *library.journal.active("groups")]
                numbers = [placed.id for placed in wanted if placed.target.name == "cat.jpg"]
                arm()
                for number in numbers:
                    async for _ in daemon.answer({"do": "undo", "numbers": [number]}):
                        pass
                await _idle(daemon, running, library, [])
            elif scene == "companions":
                arrived = _arrive(world)
                arm()
                await _idle(daemon, running, library, arrived)
                better = [each.id for each in library.journal.active("best") if each.source == arrived[0]]
                async for _ in daemon.answer({"do": "undo", "numbers": better or [0]}):
                    pass
                await _idle(daemon, running, library, [])
            elif scene == "review":
                arm()
                await _approve(daemon, Queue(library.db))
                await _idle(daemon, running, library, [])
            daemon.stop("test")
            await running
    finally:
        await workers.close()


async def _approve(daemon: Daemon, queue: Queue) -> None:
    """Approve what waits, and wait until that and what an earlier life approved is done."""
    for proposal in queue.waiting():
        async for _ in daemon.answer({"do": "review", "decision": "approve", "numbers": [proposal.id], "copy": None}):
            pass
    deadline = time.monotonic() + _DEADLINE
    while queue.approved():
        if time.monotonic() > deadline:
            raise TimeoutError(f"approved and not done: {queue.approved()}")
        await asyncio.sleep(0.002)


async def _warm(workers: Workers, world: World, picture: Path) -> None:
    """Fork the process that renders, while this one has one thread."""
    traits = await workers.examine(picture, stamp_of(picture))
    scratch = world.root / "scratch"
    scratch.mkdir(exist_ok=True)
    await workers.render(Order(picture, traits, (Resize(percent=50.0),), scratch), stamp_of(picture))
    shutil.rmtree(scratch)


def _arrive(world: World) -> list[Path]:
    """Move what arrives into the library, unless it is there: a folder and two files."""
    targets = {"new": "new", "cup.png": "one/cup.png", "late.jpg": "two/late.jpg"}
    for source, target in targets.items():
        if (world.root / "arriving" / source).exists():
            (world.root / "arriving" / source).rename(world.library / target)
    arriving = ("new/cat.jpg", "one/cup.png", "two/late.jpg")
    return [world.library / path for path in arriving if (world.library / path).exists()]


async def _idle(daemon: Daemon, running: asyncio.Task[None], library: Library, expected: list[Path]) -> None:
    """Return when every folder was scanned, every expected file handled, and nothing is pending."""

    def handled(path: Path) -> bool:
        known = library.catalogue.known(path)
        return known is not None and known.handled

    deadline = time.monotonic() + _DEADLINE
    while True:
        if running.done():
            await running
        scanned = [root["last_scan"] is not None for root in daemon.status()["roots"]]
        if daemon.pending == 0 and scanned == [True, True] and all(map(handled, expected)):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"pending: {daemon.pending}")
        await asyncio.sleep(0.002)


def found(world: World) -> Found:
    """Give what is on the disk and in the journal, so that two runs can be compared."""
    with closing(open_store(world.state, writer=False)) as db:
        journal = Journal(db)
        entries = ("best", "groups", "rules/small", "rules/tiles", "rules/edit")
        units = [each for entry in entries for each in journal.active(entry)]
        placed = [each for unit in units for each in (unit, *unit.companions)]
        answers = {entry: journal.answers(entry) for entry in ("best", "groups")}
        targets = {each.id: str(each.target.relative_to(world.root)) for each in placed}
        return {
            "library": _tree(world.library),
            "queries": _tree(world.root / "queries"),
            "best": _tree(world.root / "best"),
            "groups": _tree(world.root / "groups"),
            "rules": {name: _tree(world.root / name) for name in ("edited", "small", "tiles", "kept")},
            "drafts": sorted(path.name for path in (world.state / "drafts").glob("*")),
            "proposals": sorted(
                (entry, os.fsdecode(target).removeprefix(str(world.root)), state)
                for entry, target, state in db.execute("SELECT entry, target, state FROM proposals")
            ),
            "intents": [str(step.target.relative_to(world.root)) for _, step in journal.intents()],
            "placed": sorted((each.entry, targets[each.id], each.digest.hex()) for each in placed),
            "not as recorded": [targets[each.id] for each in placed if not _as_recorded(each.target, each.stamp)],
            "answers": sorted(
                (entry, path.name, targets[number])
                for entry, given in answers.items()
                for path, number in given.items()
            ),
            "unhandled": [
                str(path.relative_to(world.root))
                for path in sorted([*world.library.rglob("*.*"), *(world.root / "queries").iterdir()])
                if not _handled(Library(db), path)
            ],
        }


def _handled(library: Library, path: Path) -> bool:
    known = library.catalogue.known(path)
    return known is not None and known.handled and known.stamp == stamp_of(path)


def _as_recorded(target: Path, stamp: object) -> bool:
    return os.path.lexists(target) and stamp_from(target.lstat()) == stamp


def _tree(folder: Path) -> dict[str, tuple[object, ...]]:
    tree: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        here = path.lstat()
        name = str(path.relative_to(folder))
        if stat.S_ISREG(here.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            tree[name] = (stat.filemode(here.st_mode), here.st_mtime_ns, here.st_size, content)
        else:
            tree[name] = (stat.filemode(here.st_mode),)
    return tree


def fresh(template: Path, root: Path) -> World:
    """Make the world of one run."""
    shutil.copytree(template, root)
    return World(root)
