"""What becomes of pictures that arrive while one daemon runs, which all tests share; each has scenes of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.service.conftest import Daemon, Sandbox, jpeg, put, scene, tree

CONFIG = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: auto}
  - {name: planned, from: ['{root}/library'], into: '{root}/planned', mode: shadow}
settle: 300ms
limits: {retry: 1s}
logging: {level: debug}
"""
SLOW_WRITER = """\
import sys, time
content = sys.stdin.buffer.read()
with open(sys.argv[1], "wb", buffering=0) as file:
    for begin in range(0, len(content), 1 + len(content) // 12):
        file.write(content[begin : begin + 1 + len(content) // 12])
        time.sleep(0.08)
"""


@dataclass
class Service:
    sandbox: Sandbox
    config: Path
    daemon: Daemon

    @property
    def library(self) -> Path:
        return self.sandbox.root / "library"

    @property
    def queries(self) -> Path:
        return self.sandbox.root / "queries"

    @property
    def best(self) -> Path:
        return self.sandbox.root / "best"

    def take(self, path: Path, content: bytes) -> Path:
        """Write a file and wait until all that it calls for is done."""
        begin = self.daemon.now
        put(path, content)
        self.daemon.wait("file.done", after=begin, path=path)
        return path

    def collected(self, number: int) -> Path:
        """Have a scene in the library, ask for it, and give the file that it brought."""
        self.take(self.library / f"{number}.jpg", jpeg(number, 320))
        query = self.take(self.queries / f"{number}.jpg", jpeg(number, 120, 40))
        return Path(self.daemon.wait("copy.placed", query=query)["target"])


@pytest.fixture(scope="module")
def service(shared_sandbox: Sandbox) -> Iterator[Service]:
    for name in ("library", "queries"):
        (shared_sandbox.root / name).mkdir()
    config = shared_sandbox.configure(CONFIG)
    with shared_sandbox.daemon(config) as daemon:
        yield Service(shared_sandbox, config, daemon)
        assert not (shared_sandbox.root / "planned").exists()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_a_poor_picture_brings_the_best_copy_with_its_times_and_mode(service: Service) -> None:
    small = put(service.library / "1/small.jpg", jpeg(1, 240))
    large = put(service.library / "1/large.jpg", jpeg(1, 480))
    large.chmod(0o640)
    os.utime(large, ns=(1_262_304_000_123_456_789,) * 2)
    for path in (small, large):
        service.daemon.wait("file.done", path=path)
    sources, before = tree(service.library, service.queries), tree(service.best)

    query = service.take(service.queries / "1/from a pdf.jpg", jpeg(1, 120, 40))

    placed = service.daemon.wait("copy.placed", query=query)
    assert (placed["source"], placed.get("replaced")) == (str(large), None)
    added = {name: about for name, about in tree(service.best).items() if name not in before}
    assert added == {str(service.best / "large.jpg"): sources[str(large)]}
    asked = {name: about for name, about in tree(service.library, service.queries).items() if name not in sources}
    assert set(asked) == {str(query.parent), str(query)}
    assert sources.items() <= tree(service.library, service.queries).items()


def test_a_better_copy_upgrades_what_was_collected_and_one_file_stays(service: Service) -> None:
    first = service.collected(2)
    before = files(service.best)

    better = service.take(service.library / "2 better.jpg", jpeg(2, 480))

    placed = service.daemon.wait("copy.placed", source=better)
    assert placed["replaced"] == str(first)
    assert files(service.best) == {name: one for name, one in before.items() if name != first.name} | {
        Path(placed["target"]).name: better.read_bytes()
    }


def test_a_query_that_comes_before_its_original_is_answered_when_that_arrives(service: Service) -> None:
    query = service.take(service.queries / "3.jpg", jpeg(3, 120, 40))

    original = service.take(service.library / "3.jpg", jpeg(3))

    assert service.daemon.wait("copy.placed", query=query)["source"] == str(original)


def test_a_page_that_comes_before_the_original_of_its_picture_is_answered_when_that_arrives(service: Service) -> None:
    page = Image.new("RGB", (900, 1200), "white")
    for top in (*range(60, 300, 40), *range(900, 1140, 40)):
        page.paste("black", (80, top, 800, top + 10))
    page.paste(scene(33), (200, 400))
    written = BytesIO()
    page.save(written, "JPEG", quality=60)
    query = service.take(service.queries / "33 page.jpg", written.getvalue())

    original = service.take(service.library / "33.jpg", jpeg(33))

    assert service.daemon.wait("copy.placed", query=query)["source"] == str(original)


def test_two_poor_copies_of_one_original_bring_one_file(service: Service) -> None:
    service.take(service.library / "4.jpg", jpeg(4))
    before = files(service.best)

    poor = [put(service.queries / f"4 {width}.jpg", jpeg(4, width, 40)) for width in (100, 130, 160)]
    for path in poor:
        service.daemon.wait("file.done", path=path)

    assert len(service.daemon.told("copy.placed", source=service.library / "4.jpg")) == 1
    assert files(service.best) == before | {"4.jpg": jpeg(4)}


def test_a_half_written_file_is_tried_again_and_taken_when_it_is_complete(service: Service) -> None:
    service.take(service.queries / "5.jpg", jpeg(5, 120, 40))
    content = jpeg(5)
    before = files(service.best)
    half = put(service.library / "5.jpg", content[: len(content) // 2])

    failed = service.daemon.wait("file.failed", times=2, path=half)
    status = service.sandbox.pictured("status", "--config", service.config, "--json").line
    with half.open("ab") as file:
        file.write(content[len(content) // 2 :])
    service.daemon.wait("copy.placed", source=half)

    assert (failed["kind"], failed["retry_in"]) == ("truncated", 1.0)
    (failing,) = [each for each in status["failing"] if each["path"] == str(half)]
    assert failing["kind"] == "truncated"
    assert failing["tries"] >= 2
    assert 0 <= failing["retry_in"] <= 1
    assert files(service.best) == before | {"5.jpg": content}
    assert service.sandbox.pictured("status", "--config", service.config, "--json").line["failing"] == []


def test_a_slow_writer_is_waited_for(service: Service) -> None:
    service.take(service.queries / "6.jpg", jpeg(6, 120, 40))
    before, target = files(service.best), service.library / "6.jpg"

    subprocess.run([sys.executable, "-c", SLOW_WRITER, str(target)], input=jpeg(6), check=True)
    done = service.daemon.wait("file.done", path=target)

    assert done["bytes"] == len(jpeg(6))
    assert files(service.best) == before | {"6.jpg": jpeg(6)}


def test_a_file_that_is_renamed_into_place_is_taken(service: Service) -> None:
    part, whole = service.library / "7.jpg.part", service.library / "7.jpg"
    put(part, jpeg(7))
    outside = put(service.sandbox.root / "outside.jpg", jpeg(8))

    part.rename(whole)
    outside.rename(service.library / "8.jpg")

    for path in (whole, service.library / "8.jpg"):
        service.daemon.wait("file.done", path=path)
    assert not service.daemon.told("file.done", path=part)
    assert not service.daemon.told("file.failed", path=part)


def test_a_folder_that_is_moved_in_is_taken_with_all_below_it(service: Service) -> None:
    outside = service.sandbox.root / "outside"
    names = ("9.jpg", "a/10.jpg", "a/b/11.jpg")
    for number, name in enumerate(names, start=9):
        put(outside / name, jpeg(number))

    outside.rename(service.library / "moved in")

    for name in names:
        service.daemon.wait("file.done", path=service.library / "moved in" / name)


def test_files_written_right_after_their_folders_are_taken(service: Service) -> None:
    paths = [service.library / f"deep/{number}/b/c/d" / f"{number}.jpg" for number in range(12, 20)]

    for number, path in enumerate(paths, start=12):
        put(path, jpeg(number, 160))

    for path in paths:
        service.daemon.wait("file.done", path=path)


def test_a_renamed_folder_is_recognised_and_nothing_is_read_again(service: Service) -> None:
    folder = service.library / "before"
    names = ("20.jpg", "b/21.jpg", "b/22.jpg")
    for number, name in enumerate(names, start=20):
        service.take(folder / name, jpeg(number, 240))
    known = service.sandbox.idle(config=service.config)["files"]
    begin = service.daemon.now

    folder.rename(service.library / "after")
    for name in names:
        service.daemon.wait("file.done", after=begin, path=service.library / "after" / name)

    moved = {line["path"] for line in service.daemon.told("file.moved", after=begin)}
    assert moved == {str(service.library / "after" / name) for name in names}
    assert service.sandbox.idle(config=service.config)["files"] == known
    last = service.sandbox.pictured("scan", service.library, "--config", service.config, "--json").lines[-1]
    assert (last["hashed"], last["moved"], last["failed"]) == (0, 0, 0)


def test_a_renamed_picture_is_known_by_its_new_name_only(service: Service) -> None:
    path = service.take(service.library / "23.jpg", jpeg(23))
    after = path.with_name("23 again.jpg")

    path.rename(after)
    service.daemon.wait("file.moved", path=after)
    service.daemon.wait("file.gone", path=path)

    query = put(service.sandbox.root / "23.jpg", jpeg(23, 120, 40))
    found = service.sandbox.pictured("find", query, "--config", service.config, "--json").line
    assert [match["path"] for match in found["matches"]] == [str(after)]


def test_a_deleted_original_leaves_what_was_collected_in_place(service: Service) -> None:
    placed = service.collected(24)
    before = files(service.best)

    (service.library / "24.jpg").unlink()
    service.daemon.wait("file.gone", path=service.library / "24.jpg")

    again = service.take(service.queries / "24 again.jpg", jpeg(24, 140, 40))
    assert service.daemon.told("file.done", path=again)[0]["steps"] == 0
    assert files(service.best) == before
    assert placed.exists()


def test_a_collected_file_that_a_person_changed_is_never_touched_again(service: Service) -> None:
    placed = service.collected(25)
    with placed.open("ab") as file:
        file.write(b"a note of mine")
    before, begin = tree(service.best), service.daemon.now

    service.take(service.library / "25 better.jpg", jpeg(25, 480))

    kept = service.daemon.wait("copy.kept", after=begin, target=placed)
    assert kept["reason"] == "there is a better copy, but somebody changed the one that was collected"
    (number,) = [line["id"] for line in history(service) if line["target"] == str(placed)]
    undone = service.sandbox.pictured("undo", str(number), "--config", service.config, "--json")
    assert undone.line["undone"] is False
    assert tree(service.best) == before


def test_a_collected_file_that_a_person_removed_does_not_come_back(service: Service) -> None:
    placed = service.collected(26)
    placed.unlink()
    before, begin = tree(service.best), service.daemon.now

    service.take(service.library / "26 better.jpg", jpeg(26, 480))
    service.take(service.queries / "26 again.jpg", jpeg(26, 140, 40))

    assert not service.daemon.told("copy.placed", after=begin)
    assert tree(service.best) == before


def test_a_person_s_file_of_the_same_name_is_left_alone(service: Service) -> None:
    own = put(service.best / "27.jpg", b"not a picture, but mine")

    placed = service.collected(27)

    assert placed.name == "27 (2).jpg"
    assert own.read_bytes() == b"not a picture, but mine"


def test_what_was_undone_is_not_collected_again(service: Service) -> None:
    placed = service.collected(28)
    before = tree(service.best)
    (number,) = [line["id"] for line in history(service) if line["target"] == str(placed)]

    undone = service.sandbox.pictured("undo", str(number), "--config", service.config, "--json")
    begin = service.daemon.now
    service.take(service.queries / "28 again.jpg", jpeg(28, 140, 40))
    service.take(service.queries / "28.jpg", jpeg(28, 125, 40))

    assert undone.code == 0
    assert (undone.line["id"], undone.line["target"], undone.line["undone"]) == (number, str(placed), True)
    assert not service.daemon.told("copy.placed", after=begin)
    assert tree(service.best) == {name: about for name, about in before.items() if name != str(placed)}


def test_a_shadow_entry_says_what_it_would_do_and_writes_nothing(service: Service) -> None:
    service.collected(29)

    planned = service.daemon.told("copy.planned", query=service.queries / "29.jpg")

    assert [(line["entry"], line["source"], line["target"]) for line in planned] == [
        ("planned", str(service.library / "29.jpg"), str(service.sandbox.root / "planned" / "29.jpg"))
    ]
    assert not (service.sandbox.root / "planned").exists()


def test_a_copy_that_is_copied_in_with_its_old_times_is_taken(service: Service) -> None:
    outside = put(service.sandbox.root / "30.jpg", jpeg(30))
    os.utime(outside, (1_000_000_000, 1_000_000_000))

    shutil.copy2(outside, service.library / "30.jpg")

    service.daemon.wait("file.done", path=service.library / "30.jpg")


def test_a_picture_that_is_overwritten_is_another_picture(service: Service) -> None:
    path = service.take(service.library / "31.jpg", jpeg(31))

    service.take(path, jpeg(32))

    for number, expected in ((31, []), (32, [str(path)])):
        query = put(service.sandbox.root / f"{number}.jpg", jpeg(number, 120, 40))
        found = service.sandbox.pictured("find", query, "--config", service.config, "--json").line
        assert [match["path"] for match in found["matches"]] == expected


def history(service: Service) -> list[dict[str, object]]:
    out = service.sandbox.pictured("history", "--config", service.config, "--json").out
    return [json.loads(line) for line in out.splitlines()]
