import asyncio
import threading
from pathlib import Path

from pictured.service.library import Library
from pictured.service.reaching import lane_to, offline, offline_above, see


def test_a_destination_that_was_never_seen_may_be_made(tmp_path: Path, library: Library) -> None:
    assert asyncio.run(offline(tmp_path / "best", library)) is None


def test_a_destination_that_somebody_removed_may_be_made_again(tmp_path: Path, library: Library) -> None:
    library.catalogue.see_root(tmp_path / "best", tmp_path.stat().st_dev, 1.0)

    assert asyncio.run(offline(tmp_path / "best", library)) is None


def test_a_destination_on_a_drive_that_is_gone_is_offline(tmp_path: Path, library: Library) -> None:
    library.catalogue.see_root(tmp_path / "drive/best", tmp_path.stat().st_dev + 1, 1.0)

    assert "connect its drive" in (asyncio.run(offline(tmp_path / "drive/best", library)) or "")


def test_an_empty_mount_point_is_offline_and_a_filled_one_is_a_drive_with_another_number(
    tmp_path: Path, library: Library
) -> None:
    library.catalogue.see_root(tmp_path / "best", tmp_path.stat().st_dev + 1, 1.0)
    (tmp_path / "best").mkdir()
    assert "mount the drive" in (asyncio.run(offline(tmp_path / "best", library)) or "")

    (tmp_path / "best/a.jpg").write_bytes(b"x")
    assert asyncio.run(offline(tmp_path / "best", library)) is None


def test_a_destination_that_does_not_answer_is_offline(tmp_path: Path, library: Library) -> None:
    library.catalogue.see_root(tmp_path / "best", tmp_path.stat().st_dev, 1.0)
    library.lanes.patience = 0.01
    answer = threading.Event()

    async def scenario() -> tuple[str | None, str | None]:
        lane = library.lanes.of(tmp_path / "best")
        hung = asyncio.create_task(lane.do(answer.wait))
        await asyncio.wait({hung})
        told = await offline(tmp_path / "best", library), await offline_above(tmp_path / "best/x/a.jpg", library)
        hung.exception()
        answer.set()
        return told

    one, other = asyncio.run(scenario())

    assert one == other
    assert "does not answer" in (one or "")


def test_a_file_goes_by_the_lane_of_its_destination(tmp_path: Path, library: Library) -> None:
    (tmp_path / "best").mkdir()
    asyncio.run(see(tmp_path / "best", library))

    assert lane_to(tmp_path / "best/2019/a.jpg", library) is library.lanes.of(tmp_path / "best")
    assert lane_to(tmp_path / "else/a.jpg", library) is library.lanes.of(tmp_path / "else")


def test_what_lies_on_another_machine_is_no_destination_here(library: Library) -> None:
    assert asyncio.run(offline_above(Path("//anna/best/a.jpg"), library)) == (
        "The destination lies on anna, which this machine cannot see."
    )
