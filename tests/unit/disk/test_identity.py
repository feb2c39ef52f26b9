import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.identity import Likeness, Volume, likeness, merged, read, volume_of, written

SAME, OTHER, UNTOLD = Likeness.SAME, Likeness.OTHER, Likeness.UNTOLD
names = st.none() | st.text(max_size=9)


@pytest.mark.parametrize(
    ("before", "now", "alike"),
    [
        # A new start, another name of the device, a repair: the UUID stays.
        (Volume(2049, uuid="a", fsid="1"), Volume(2065, uuid="a", fsid="1"), SAME),
        # Another drive in the same socket gets the number of the last one.
        (Volume(2049, uuid="a"), Volume(2049, uuid="b"), OTHER),
        (Volume(2049, fsid="1"), Volume(2049, fsid="2"), OTHER),
        # A subvolume that was restored has another id, and lies in the same file system.
        (Volume(40, uuid="a", fsid="1"), Volume(41, uuid="a", fsid="2"), SAME),
        # By hand more can be learned than in a unit without devices.
        (Volume(2049, uuid="a", fsid="1"), Volume(2065, fsid="1"), SAME),
        (Volume(2049, uuid="a"), Volume(2065), UNTOLD),
        (Volume(2049, uuid="a"), Volume(2049), SAME),
        # A share is what its server calls it, whatever number it gets here.
        (Volume(50, share="nas:/photos"), Volume(61, share="nas:/photos"), SAME),
        (Volume(50, share="nas:/photos"), Volume(50, share="nas:/music"), OTHER),
        (Volume(50, share="nas:/photos"), Volume(2049, uuid="a"), UNTOLD),
        # What lay in memory is gone after a new start, and nobody can bring it back.
        (Volume(30, memory="1", boot="x"), Volume(31, memory="1", boot="x"), SAME),
        (Volume(30, memory="1", boot="x"), Volume(30, memory="2", boot="x"), OTHER),
        (Volume(30, memory="1", boot="x"), Volume(30, memory="2", boot="y"), SAME),
        (Volume(30, memory="1"), Volume(30, memory="2"), SAME),
        # Of some systems and file systems nothing is told but a number.
        (Volume(30), Volume(30), SAME),
        (Volume(30), Volume(31), UNTOLD),
    ],
)
def test_volumes_are_told_apart_by_the_best_that_is_known_of_both(before: Volume, now: Volume, alike: Likeness) -> None:
    assert likeness(before, now) is alike


volumes = st.builds(Volume, st.integers(0, 2**63), names, names, names, names, names)


@given(volumes)
def test_a_volume_is_like_itself_and_comes_back_as_it_was_written(volume: Volume) -> None:
    assert likeness(volume, volume) is SAME
    assert read(written(volume), volume.device) == volume


@given(volumes, volumes)
def test_what_is_known_of_a_volume_is_not_lost_by_a_look_that_learns_less(before: Volume, now: Volume) -> None:
    both = merged(before, now)

    assert (both.device, both.memory, both.boot) == (now.device, now.memory, now.boot)
    for name in ("uuid", "fsid", "share"):
        assert getattr(both, name) == (getattr(now, name) or getattr(before, name))
    assert merged(None, now) == now


def test_what_a_later_version_tells_of_a_volume_is_passed_over() -> None:
    assert read('{"uuid": "a", "colour": "red"}', 7) == Volume(7, uuid="a")


@pytest.mark.parametrize(
    ("volume", "told"),
    [
        (Volume(2049, uuid="12-AB", fsid="1"), "the one with the UUID 12-AB"),
        (Volume(2049, fsid="1f"), "the one with the id 1f"),
        (Volume(50, share="//nas/photos"), "//nas/photos"),
        (Volume(os.makedev(8, 17)), "device 8:17"),
    ],
)
def test_a_volume_is_called_what_a_person_may_know_it_by(volume: Volume, told: str) -> None:
    assert str(volume) == told


def test_all_folders_of_a_file_system_lie_on_one_volume(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    assert volume_of(tmp_path / "a") == volume_of(tmp_path)
    assert volume_of(tmp_path).device == tmp_path.stat().st_dev


def test_what_is_not_there_lies_nowhere(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        volume_of(tmp_path / "a")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_two_file_systems_in_memory_are_two_volumes(mount: Callable[..., Path]) -> None:
    one, other = (volume_of(mount("-t", "tmpfs", "tmpfs")) for _ in range(2))
    if one.memory is None:
        pytest.skip("this system gives file systems in memory no ids")

    assert likeness(one, other) is OTHER


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has ext4")
def test_a_drive_is_the_same_wherever_and_however_often_it_is_mounted(
    tmp_path: Path, mount: Callable[..., Path]
) -> None:
    images = [tmp_path / name for name in ("one.img", "other.img")]
    for image in images:
        image.touch()
        os.truncate(image, 2_000_000)
        try:
            subprocess.run(["mke2fs", "-q", "-t", "ext4", "-F", str(image)], check=True, capture_output=True)
        except FileNotFoundError:
            pytest.skip("mke2fs is not installed")
    # The same image cannot be mounted twice, and would have one device.
    shutil.copy(images[0], tmp_path / "again.img")
    first, second, again = (volume_of(mount("-o", "loop", str(image))) for image in (*images, tmp_path / "again.img"))

    assert likeness(first, second) is OTHER
    assert likeness(first, again) is SAME
    assert first.device != again.device
