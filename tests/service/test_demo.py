"""`pictured demo` as a process: the first thing that a person runs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from tests.service.conftest import Line, Sandbox, tree

SECONDS = 60
COPIES = {
    "poor-1.jpg": {"2019/harbour.jpg", "sent by mail/harbour.jpg"},
    "poor-2.jpg": {"2021/lake.jpg", "from the web/lake-hd.jpg"},
    "poor-3.jpg": {"2022/lavender.jpg", "from the web/lavender-mirrored.jpg"},
    "poor-4.jpg": {"2024/aurora.jpg"},
    "poor-5.jpg": {"2019/harbour.jpg", "sent by mail/harbour.jpg"},
    "poor-6.jpg": {"2023/city.jpg", "sent by mail/city.jpg"},
    "poor-7.jpg": set(),
}
BEST = {
    "harbour.jpg": "2019/harbour.jpg",
    "lake.jpg": "2021/lake.jpg",
    "lavender.jpg": "2022/lavender.jpg",
    "aurora.jpg": "2024/aurora.jpg",
    "city.jpg": "2023/city.jpg",
}


@dataclass(frozen=True)
class Played:
    """A demonstration that has ended."""

    folder: Path
    code: int
    lines: list[Line]

    def told(self, event: str) -> list[Line]:
        return [line for line in self.lines if line["event"] == f"demo.{event}"]


@contextmanager
def playing(sandbox: Sandbox, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The demonstration as a process; killed at the end if it still runs."""
    process = sandbox.begin("demo", folder, "--pace", "0", *options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def living(group: int) -> list[str]:
    """What still runs of a process group. A zombie does not: whether it is reaped is the system's business."""
    if sys.platform == "linux":
        stats = [path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
        return [state for state, _, of, *_ in stats if int(of) == group and state != "Z"]
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], check=True, capture_output=True, text=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [state for of, state in pairs if int(of) == group and not state.startswith("Z")]


@pytest.fixture(scope="module")
def played(shared_sandbox: Sandbox) -> Played:
    folder = shared_sandbox.root / "demo"
    with playing(shared_sandbox, folder, "--json") as process:
        out, err = process.communicate(timeout=SECONDS)
    assert err == ""
    return Played(folder, process.returncode, [json.loads(line) for line in out.splitlines()])


def test_it_ends_well_and_in_time(played: Played) -> None:
    assert played.code == 0
    assert played.lines[-1]["event"] == "demo.ended"
    assert played.lines[-1]["seconds"] < SECONDS


def test_the_best_copies_lie_in_the_destination_and_nothing_else(played: Played) -> None:
    collected = {path.name: path.read_bytes() for path in (played.folder / "Collected").iterdir()}
    assert collected == {name: (played.folder / "Pictures" / path).read_bytes() for name, path in BEST.items()}
    assert played.lines[-1]["collected"] == sorted(str(played.folder / "Collected" / name) for name in BEST)


def test_it_tells_what_became_of_every_picture(played: Played) -> None:
    wanted = played.folder / "Wanted"
    first = [line["query"] for line in played.told("collected") if line["replaced"] is None]
    assert first == [str(wanted / f"poor-{number}.jpg") for number in (1, 2, 3, 4, 6)]
    assert [line["query"] for line in played.told("inplace")] == [str(wanted / "poor-5.jpg")]
    assert [line["query"] for line in played.told("nocopy")] == [str(wanted / "poor-7.jpg")]
    assert played.told("collected")[0]["reason"].startswith(
        "detail: 1600 x 1067 with true detail of +0.00 over 800 x 533"
    )


def test_a_better_copy_replaces_the_collected_one(played: Played) -> None:
    (upgrade,) = (line for line in played.told("collected") if line["replaced"] is not None)
    city = played.folder / "Collected" / "city.jpg"
    assert upgrade["source"] == str(played.folder / "Pictures" / "2023" / "city.jpg")
    assert upgrade["replaced"] == str(city)
    with Image.open(city) as image:
        assert image.size == (1600, 1067)


def test_nothing_of_it_is_left_running(played: Played) -> None:
    (started,) = played.told("started")
    assert living(started["pid"]) == []


def test_every_poor_copy_matches_its_own_originals_and_no_other(played: Played, shared_sandbox: Sandbox) -> None:
    library = played.folder / "Pictures"
    done = shared_sandbox.pictured("find", played.folder / "Wanted", "--in", library, "--json")
    found = {
        Path(line["query"]).name: {str(Path(match["path"]).relative_to(library)) for match in line["matches"]}
        for line in done.lines
    }
    assert found == COPIES


def test_no_original_is_taken_for_another(played: Played, shared_sandbox: Sandbox) -> None:
    library = played.folder / "Pictures"
    done = shared_sandbox.pictured("dupes", "--in", library, "--json")
    groups = [{str(Path(each["path"]).relative_to(library)) for each in line["members"]} for line in done.lines]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, [COPIES[f"poor-{number}.jpg"] for number in (1, 2, 3, 6)]))


def test_what_it_says_to_try_next_can_be_run(sandbox: Sandbox) -> None:
    folder = sandbox.root / "a demo's $folder"
    with playing(sandbox, folder) as process:
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    assert (
        "best copy found: Pictures/2019/harbour.jpg (1600 x 1067, JPEG 92), now in Collected/harbour.jpg in 0." in out
    )
    _, _, after = out.partition("Try next:\n")
    explain, history, init = after.splitlines()
    assert init.strip().startswith(f"{sys.executable} -m pictured init")
    for command, expected in ((explain, "2 copies"), (history, "city.jpg")):
        argv = ["sh", "-c", command]
        done = subprocess.run(argv, check=True, env=sandbox.environ, capture_output=True, text=True, timeout=SECONDS)
        assert done.stderr == ""
        assert expected in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_daemon(sandbox: Sandbox, number: signal.Signals) -> None:
    with playing(sandbox, sandbox.root / "demo", "--json") as process:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        process.send_signal(number)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert living(started["pid"]) == []


def test_a_daemon_that_dies_is_told_with_its_last_words(sandbox: Sandbox) -> None:
    with playing(sandbox, sandbox.root / "demo", "--json") as process:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        os.kill(started["pid"], signal.SIGKILL)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 70
    assert err.startswith("pictured: The daemon ended too early, with exit code -9; the last lines of its log:\n")
    assert '"event":"daemon.started"' in err
    assert living(started["pid"]) == []


def test_a_folder_in_use_is_refused_and_left_alone(sandbox: Sandbox) -> None:
    mine = sandbox.root / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine")
    before = tree(mine)
    done = sandbox.pictured("demo", mine)
    assert done.code == 2
    assert done.err == f"pictured: {mine} is not empty; name a new or an empty folder.\n"
    assert tree(mine) == before
