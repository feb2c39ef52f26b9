import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pictured.disk.reading import stamp_of
from pictured.flow import Failure, Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.looks import Depth
from pictured.matching.recalling import recalled
from pictured.service.library import Library, Scope
from pictured.service.reports import FileFailed, Progress, ScanFinished
from pictured.service.scanning import scan
from pictured.service.workers import WorkerLimits, Workers
from pictured.store.opening import open_store

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]

LIMITS = WorkerLimits(30, 2**30, DecodingLimits(pixels=10**8, memory=10**9))


def counts(reports: list[Any]) -> tuple[int, int, int, int, int]:
    finished = reports[-1]
    assert isinstance(finished, ScanFinished)
    assert finished.seen == finished.hashed + finished.unchanged + finished.moved + finished.failed
    return finished.seen, finished.hashed, finished.unchanged, finished.moved, finished.failed


@pytest.fixture
def pictures(tmp_path: Path, draw: Draw) -> Path:
    folder = tmp_path / "pictures"
    draw(folder / "coffee.jpg", "coffee", width=200)
    draw(folder / "deep/er/rocket.jpg", "rocket", width=200)
    draw(folder / "deep/camera.png", "camera", width=200)
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_everything_is_read_once(pictures: Path, library: Library, gathered: Gathered) -> None:
    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (3, 3, 0, 0, 0)
    assert [p.path.name for p in library.within([pictures])] == ["coffee.jpg", "camera.png", "rocket.jpg"]

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (3, 0, 3, 0, 0)


def test_a_renamed_folder_reads_nothing_again(pictures: Path, library: Library, gathered: Gathered) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    (pictures / "deep").rename(pictures / "elsewhere")

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (3, 0, 1, 2, 0)

    assert [str(p.path.relative_to(pictures)) for p in library.within([pictures])] == [
        "coffee.jpg",
        "elsewhere/camera.png",
        "elsewhere/er/rocket.jpg",
    ]


def test_a_renamed_root_reads_nothing_again(pictures: Path, library: Library, gathered: Gathered) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    other = pictures.rename(pictures.with_name("renamed"))

    assert counts(gathered(lambda workers: scan(library, workers, [other]))) == (3, 0, 0, 3, 0)


def test_another_name_of_a_file_is_not_read(pictures: Path, library: Library, gathered: Gathered) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    (pictures / "again.jpg").hardlink_to(pictures / "coffee.jpg")

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (4, 0, 3, 1, 0)


def test_a_copy_of_what_is_indexed_is_not_decoded(pictures: Path, library: Library, gathered: Gathered) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    copy = pictures / "deep/copy.jpg"
    copy.write_bytes((pictures / "coffee.jpg").read_bytes())

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (4, 0, 3, 1, 0)
    found, original = (library.catalogue.picture(path) for path in (copy, pictures / "coffee.jpg"))
    assert found is not None
    assert original is not None
    assert found.content == original.content
    assert found.stamp == stamp_of(copy)


def test_what_is_kept_of_a_query_picture_does_not_do_for_its_copy(
    pictures: Path, library: Library, gathered: Gathered, draw: Draw
) -> None:
    query = draw(pictures.parent / "query.jpg", "coffee", width=200)

    async def asked(workers: Workers) -> AsyncGenerator[Fingerprint]:
        yield await workers.fingerprint(query, stamp_of(query), asking=True)

    library.record(query, stamp_of(query), gathered(asked)[0])
    (pictures / "coffee.jpg").write_bytes(query.read_bytes())

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (3, 3, 0, 0, 0)


def test_copies_of_one_new_picture_are_one_content(pictures: Path, library: Library, gathered: Gathered) -> None:
    for number in range(40):
        (pictures / f"copy {number}.jpg").write_bytes((pictures / "coffee.jpg").read_bytes())

    seen, read, _, copied, failed = counts(gathered(lambda workers: scan(library, workers, [pictures])))
    assert (seen, failed) == (43, 0)
    assert copied > read
    assert library.catalogue.count().pictures == 3


def test_progress_ends_with_all_of_what_was_counted(pictures: Path, library: Library, gathered: Gathered) -> None:
    for number in range(200):
        (pictures / f"copy {number}.jpg").write_bytes((pictures / "coffee.jpg").read_bytes())
    told = [each for each in gathered(lambda workers: scan(library, workers, [pictures])) if isinstance(each, Progress)]

    done = [each.done for each in told]
    assert done == sorted(done)
    assert (told[-1].done, told[-1].total) == (203, 203)


def test_what_changed_is_read_and_what_is_gone_is_noted(
    pictures: Path, library: Library, gathered: Gathered, draw: Draw
) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    draw(pictures / "coffee.jpg", "chelsea", width=220)
    (pictures / "deep/camera.png").unlink()

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (2, 1, 1, 0, 0)
    assert library.catalogue.count().files == 2


def test_what_cannot_be_read_is_told_and_tried_again(pictures: Path, library: Library, gathered: Gathered) -> None:
    broken = pictures / "broken.jpg"
    broken.write_bytes((pictures / "coffee.jpg").read_bytes()[:700])
    os.mkfifo(pictures / "pipe.jpg")

    for _ in range(2):
        reports = gathered(lambda workers: scan(library, workers, [pictures]))
        assert counts(reports)[4] == 2
        failed = {report.path: report.error for report in reports if isinstance(report, FileFailed)}
        assert set(failed) == {broken, pictures / "pipe.jpg"}
        assert all(failed.values())
    broken.write_bytes((pictures / "coffee.jpg").read_bytes())
    (pictures / "pipe.jpg").unlink()

    assert counts(gathered(lambda workers: scan(library, workers, [pictures])))[4] == 0
    assert library.catalogue.failures(None) == []


def test_a_file_whose_reading_failed_later_is_not_lost(pictures: Path, library: Library, gathered: Gathered) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    coffee = pictures / "coffee.jpg"
    coffee.write_bytes(coffee.read_bytes()[:500])
    gathered(lambda workers: scan(library, workers, [pictures]))

    assert library.catalogue.picture(coffee) is None
    assert [failing.failure.path for failing in library.catalogue.failures(None)] == [coffee]


def test_a_folder_that_is_gone_loses_nothing(pictures: Path, library: Library, gathered: Gathered) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    pictures.rename(pictures.with_name("away"))

    reports = gathered(lambda workers: scan(library, workers, [pictures]))

    assert counts(reports) == (1, 0, 0, 0, 1)
    assert library.catalogue.count().files == 3


def test_an_excluded_folder_is_not_entered(pictures: Path, library: Library, gathered: Gathered) -> None:
    exclude = (pictures / "deep",)

    assert counts(gathered(lambda workers: scan(library, workers, [pictures], exclude=exclude))) == (1, 1, 0, 0, 0)


def test_a_file_that_is_to_be_ignored_from_now_on_is_no_original_any_more(
    pictures: Path, library: Library, gathered: Gathered
) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    gathered(lambda workers: scan(library, workers, [pictures], ignore={pictures: ["*.png", "er"]}))

    assert [p.path.name for p in library.within([pictures])] == ["coffee.jpg"]


def test_a_directory_that_became_a_link_holds_no_originals(
    pictures: Path, library: Library, gathered: Gathered
) -> None:
    gathered(lambda workers: scan(library, workers, [pictures]))
    (pictures / "deep").rename(pictures.with_name("outside"))
    (pictures / "deep").symlink_to(pictures.with_name("outside"))

    gathered(lambda workers: scan(library, workers, [pictures]))

    assert [p.path.name for p in library.within([pictures])] == ["coffee.jpg"]


def test_a_name_that_is_no_text_is_read_like_any_other(pictures: Path, library: Library, gathered: Gathered) -> None:
    odd = Path(os.fsdecode(os.fsencode(pictures) + b"/\xff\xfe.jpg"))
    (pictures / "coffee.jpg").rename(odd)

    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (3, 3, 0, 0, 0)
    picture = library.catalogue.picture(odd)
    assert picture is not None
    assert [match.picture.path for match in library.copies(recalled(picture.content), Scope())] == [odd]


def test_a_scan_that_is_given_up_can_be_taken_up_again(pictures: Path, library: Library, gathered: Gathered) -> None:
    async def first(workers: Workers) -> AsyncIterable[Any]:
        async for report in scan(library, workers, [pictures]):
            yield report
            return

    gathered(first)

    assert counts(gathered(lambda workers: scan(library, workers, [pictures])))[0] == 3
    assert library.catalogue.count().files == 3


def test_what_is_known_is_read_again_where_that_is_asked(pictures: Path, library: Library, gathered: Gathered) -> None:
    (pictures / "no.jpg").write_text("no")
    assert counts(gathered(lambda workers: scan(library, workers, [pictures]))) == (4, 3, 0, 0, 1)
    before = library.within([pictures])

    assert counts(gathered(lambda workers: scan(library, workers, [pictures], again=True))) == (4, 3, 0, 0, 1)

    assert library.within([pictures]) == before


def test_reading_again_keeps_what_another_depth_asks_for(tmp_path: Path, pictures: Path) -> None:
    kept: dict[Depth, list[tuple[int, int]]] = {}

    async def scenario() -> None:
        for depth in (Depth.QUICK, Depth.DEEP, Depth.NORMAL):
            with closing(open_store(tmp_path / "state", writer=True)) as db:
                library, workers = Library(db, depth), Workers(1, LIMITS, "fork", depth=depth)
                try:
                    async for _ in scan(library, workers, [pictures], again=True):
                        pass
                finally:
                    await workers.close()
                kept[depth] = [(len(p.content.crops), len(p.content.points)) for p in library.within([pictures])]
                probe = recalled(library.within([pictures])[0].content)
                assert len(library.copies(probe, Scope())) == 1

    asyncio.run(scenario())

    assert all(crops == points == 0 for crops, points in kept[Depth.QUICK])
    for less, more in zip(kept[Depth.NORMAL], kept[Depth.DEEP], strict=True):
        assert 0 < less[0] < more[0]
        assert 0 < less[1] <= more[1]


def test_what_broke_its_worker_is_not_read_again(pictures: Path, library: Library, gathered: Gathered) -> None:
    path = pictures / "coffee.jpg"
    broken = Failure(path, "crashed", "it broke its worker", retry=False)
    library.catalogue.fail(path, stamp_of(path), broken, tries=2, retry_at=None)

    reports = gathered(lambda workers: scan(library, workers, [pictures], again=True))

    assert counts(reports) == (3, 2, 0, 0, 1)
    assert [report.path for report in reports if isinstance(report, FileFailed)] == [path]


def test_a_file_that_breaks_its_worker_has_one_strike_and_costs_no_other(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for size, name in enumerate(("first", "refused", "segfault", "last")):
        (folder / f"{name}.jpg").write_bytes(bytes(size))

    async def scanned() -> list[Any]:
        workers = Workers(1, LIMITS, "spawn", work="misbehaving:work")
        try:
            return [report async for report in scan(library, workers, [folder])]
        finally:
            await workers.close()

    assert counts(asyncio.run(scanned())) == (4, 2, 0, 0, 2)
    assert {each.failure.path.stem: (each.failure.kind, each.tries) for each in library.catalogue.failures(None)} == {
        "refused": ("refused", 1),
        "segfault": ("crashed", 1),
    }


def test_files_of_one_size_are_all_read(tmp_path: Path, library: Library, gathered: Gathered) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(70):
        (folder / f"{number}.pgm").write_bytes(b"P5 8 8 255\n" + bytes([number] * 64))

    assert counts(gathered(lambda workers: scan(library, workers, [folder]))) == (70, 70, 0, 0, 0)
    assert library.catalogue.count().pictures == 70
