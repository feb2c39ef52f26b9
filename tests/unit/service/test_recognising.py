import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pictured.disk.identity import Likeness, Volume, volume_of
from pictured.disk.volumes import Presence
from pictured.flow import Picture
from pictured.service.library import Library
from pictured.service.recognising import Recognised, Sight, away, decided, recognised

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
ROOT = Path("/media/my photos")
HERE = Presence(online=True, device=7)
A, B = Volume(7, uuid="a"), Volume(7, uuid="b")
SAME, OTHER, UNTOLD = Likeness.SAME, Likeness.OTHER, Likeness.UNTOLD


@pytest.mark.parametrize(
    ("before", "alike", "part", "online"),
    [
        (A, SAME, None, True),
        (None, SAME, None, True),
        # Another volume is the folder where nearly all of its files are on it: a copy of the old one.
        (A, OTHER, 1.0, True),
        (A, OTHER, 0.9, True),
        (A, OTHER, 0.89, False),
        (A, OTHER, 0.0, False),
        # Where no more than a number is told, one of its files is enough.
        (A, UNTOLD, 0.01, True),
        (A, UNTOLD, 0.0, False),
    ],
)
def test_what_lies_on_another_volume_decides(
    before: Volume | None,
    alike: Likeness,
    part: float | None,
    online: bool,  # noqa: FBT001
) -> None:
    assert decided(ROOT, before, alike, Sight(HERE, B, part)).presence.online is online


def test_a_folder_that_is_not_there_is_not_looked_at_further() -> None:
    gone = Presence(online=False, device=None, reason="it is not there")

    assert decided(ROOT, A, SAME, Sight(gone)) == Recognised(gone)


def test_a_refusal_tells_both_volumes_and_one_command() -> None:
    reason = decided(ROOT, A, OTHER, Sight(HERE, B, 0.0)).presence.reason

    assert "UUID a" in reason
    assert "UUID b" in reason
    assert reason.endswith("pictured rescan --accept '/media/my photos'")


def look(library: Library, path: Path) -> Recognised:
    async def ask(look: Callable[[], Sight]) -> Sight:
        return look()

    return asyncio.run(recognised(library.catalogue, path, ask))


@pytest.fixture
def root(tmp_path: Path, draw: Draw, index: Index, library: Library) -> Path:
    """A folder that was last seen on a volume that is not there now."""
    root = tmp_path / "root"
    for name in ("a.jpg", "sub/b.jpg"):
        index(draw(root / name, "coffee", width=100))
    library.catalogue.see_root(root, root.stat().st_dev, 1.0, elsewhere(root))
    return root


def elsewhere(folder: Path) -> Volume:
    now = volume_of(folder)
    return replace(
        now, uuid=now.uuid and "other", fsid=now.fsid and "0", memory=now.memory and "0", device=now.device + 1
    )


def test_a_folder_that_was_restored_to_another_volume_is_the_folder(root: Path, library: Library) -> None:
    found = look(library, root)

    assert found.presence.online
    assert found.volume == volume_of(root)


def test_the_same_names_with_other_pictures_are_not_the_folder(root: Path, library: Library, draw: Draw) -> None:
    for name in ("a.jpg", "sub/b.jpg"):
        draw(root / name, "rocket", width=120)

    assert not look(library, root).presence.online


def test_what_only_lost_the_times_of_its_files_is_asked_about(root: Path, library: Library) -> None:
    for name in ("a.jpg", "sub/b.jpg"):
        os.utime(root / name, (1, 1))

    assert "--accept" in look(library, root).presence.reason


def test_another_volume_in_place_of_a_folder_that_held_nothing_is_the_folder(
    tmp_path: Path, library: Library, draw: Draw
) -> None:
    draw(tmp_path / "root/a.jpg", "coffee", width=100)
    library.catalogue.see_root(tmp_path / "root", 1, 1.0, elsewhere(tmp_path / "root"))

    assert look(library, tmp_path / "root").presence.online


def test_what_lies_in_a_root_inside_is_no_evidence(root: Path, library: Library) -> None:
    library.catalogue.see_root(root / "sub", 1, 1.0)
    shutil.rmtree(root / "sub")

    assert look(library, root).presence.online


def test_roots_that_are_replaced_are_away_and_those_that_are_back_are_not(
    root: Path, library: Library, draw: Draw, tmp_path: Path
) -> None:
    def told(folder: Path) -> dict[Path, str]:
        return asyncio.run(away(library, [folder]))

    assert told(root) == {}
    library.catalogue.see_root(root, 1, 1.0, elsewhere(root))
    kept = tmp_path / "kept"
    shutil.copytree(root, kept)
    for name in ("a.jpg", "sub/b.jpg"):
        draw(root / name, "rocket", width=120)
    for folder in (root, root / "sub", tmp_path):
        assert list(told(folder)) == [root]
    assert told(tmp_path / "kept") == {}
    known = library.catalogue.root(root)
    assert known is not None
    assert known.offline_since is not None
    shutil.rmtree(root)
    assert told(root) == {}
    kept.rename(root)
    assert told(root) == {}
    known = library.catalogue.root(root)
    assert known is not None
    assert known.offline_since is None
