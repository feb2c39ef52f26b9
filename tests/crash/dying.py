"""Lets the daemon die at each touch of the outside world in turn, restarts it, and compares the end with a quiet run.

    python dying.py SCENE FOLDER [--depth FILES|COMMITS|STATEMENTS] [--deaths N] [--unrecovered]

A program of its own, so that it forks from one thread whatever else the tests loaded; a fork has everything imported,
which makes a point ten times faster than a fresh interpreter. Prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from scenes import Found, Scene, World, accompany, found, fresh, live, paint
from touching import Depth, Touches

from pictured.flow import Collect, Outcome
from pictured.service import recovering as service
from pictured.service.library import Library

Point = dict[str, Any]

_LANES = min(os.cpu_count() or 1, 8)
_HUNG = 300


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: a scene, what counts as a touch, how often in a row the daemon dies, and with recovery or not."""

    scene: Scene
    folder: Path
    depth: Depth
    deaths: int
    recovering: bool

    def child(self, world: World, last: int | None, *, recovering: bool = True) -> tuple[int, str]:
        """Run the daemon in a fork, to the given touch or to the end; give its wait status and what it told."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _outlast(lambda: self._life(world, last, writing, recovering=recovering))
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            text = told.read().decode()
        return os.waitpid(child, 0)[1], text

    def _life(self, world: World, last: int | None, told: int, *, recovering: bool) -> None:
        touches = Touches(world.root, self.depth, last, told)
        touches.install()

        def arm() -> None:
            touches.armed = True

        if not recovering:
            vars(service)["recover"] = _forgetful
        with (world.root / "log").open("a") as stream:
            asyncio.run(live(world, self.scene, arm, stream))
        os.write(told, str(touches.count).encode())

    def quiet(self) -> tuple[int, Found]:
        """Run undisturbed, and once more, which must change nothing; give the number of touches and the end."""
        world = fresh(self.folder / "template", self.folder / "quiet")
        status, told = self.child(world, None)
        if status != 0:
            raise RuntimeError(f"the quiet run failed: {told}\n{(world.root / 'log').read_text()}")
        end = found(world)
        again, text = self.child(world, None)
        if again != 0 or found(world) != end:
            raise RuntimeError(f"a second quiet run changed something: {text}\n{end}\n{found(world)}")
        return int(told), end

    def point(self, number: int, expected: Found) -> Point:
        """Die at one touch (and at early touches of the lives after it), then live; tell what is wrong at the end."""
        world = fresh(self.folder / "template", self.folder / f"point-{number}")
        touches: list[str] = []
        for death in range(self.deaths):
            last = number if death == 0 else 1 + (number * 7 + death) % 23
            status, told = self.child(world, last, recovering=death == 0 or self.recovering)
            if status not in (0, signal.SIGKILL):
                return _told(number, touches, world, f"life {death + 1} failed before its death")
            if status == signal.SIGKILL:
                touches.append(told)
        status, _ = self.child(world, None, recovering=self.recovering)
        if status != 0:
            return _told(number, touches, world, "the last life failed")
        end = found(world)
        wrong = {part: _difference(end[part], expected[part]) for part in expected if end[part] != expected[part]}
        if not wrong:
            shutil.rmtree(world.root)
        return _told(number, touches, world, wrong)


def _told(number: int, touches: list[str], world: World, wrong: object) -> Point:
    return {"point": number, "touches": touches, "wrong": wrong, "folder": str(world.root)}


async def _forgetful(_library: Library) -> tuple[list[Outcome], list[Collect]]:
    return [], []


def _difference(end: object, expected: object) -> object:
    if isinstance(end, dict) and isinstance(expected, dict):
        names = sorted(end.keys() | expected.keys())
        return {name: [end.get(name), expected.get(name)] for name in names if end.get(name) != expected.get(name)}
    return [end, expected]


def _outlast(life: Callable[[], None]) -> None:
    """Do something in a fork and end it there, whatever happens. An alarm ends what hangs."""
    code = 1
    try:
        signal.alarm(_HUNG)
        life()
        code = 0
    except BaseException:  # noqa: BLE001  nothing may get out of a fork
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _points(trial: Trial, number: int, expected: Found) -> Iterator[Point]:
    """Go through all points, in as many processes as there are cores."""
    lanes = []
    for lane in range(_LANES):
        child = os.fork()
        if child == 0:
            _outlast(lambda lane=lane: _lane(trial, lane, number, expected))
        lanes.append(child)
    for lane in lanes:
        os.waitpid(lane, 0)
    for file in sorted(trial.folder.glob("lane-*")):
        yield from map(json.loads, file.read_text().splitlines())


def _lane(trial: Trial, lane: int, least: int, expected: Found) -> None:
    """Go through every so-manieth point, past the quiet run's number of touches until no touch is left to die at.

    The order in which files are taken differs from run to run, and the number of touches with it.
    """
    signal.alarm(0)
    with (trial.folder / f"lane-{lane}").open("w") as results:
        for number in count(1 + lane, _LANES):
            point = trial.point(number, expected)
            if number > least and point["touches"] == []:
                return
            results.write(json.dumps(point) + "\n")


def main() -> None:
    """Go through a scene."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("scene", choices=["collect", "upgrade", "undo", "review", "rules", "companions"])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--depth", choices=[depth.name for depth in Depth], default="COMMITS")
    arguments.add_argument("--deaths", type=int, default=1)
    arguments.add_argument("--unrecovered", action="store_true")
    given = arguments.parse_args()
    if threading.active_count() != 1:
        raise RuntimeError("this process has several threads, so it cannot fork safely")
    began = time.monotonic()
    # The daemon loads this one late; each fork would do so again.
    import_module("pictured.matching.verifying")
    trial = Trial(given.scene, given.folder.resolve(), Depth[given.depth], given.deaths, not given.unrecovered)
    paint(trial.folder / "template")
    if trial.scene == "companions":
        accompany(trial.folder / "template")
    number, expected = trial.quiet()
    points = list(_points(trial, number, expected))
    told = {
        "touches": number,
        "points": len(points),
        "kinds": sorted({touch.split()[0] for point in points for touch in point["touches"]}),
        "seconds": round(time.monotonic() - began, 1),
        "wrong": [point for point in points if point["wrong"]],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
