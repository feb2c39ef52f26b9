from collections.abc import Callable
from pathlib import Path

from pictured.disk.volumes import Presence, presence


def test_a_filled_folder_is_online(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert presence(tmp_path, None, was_filled=True) == Presence(online=True, device=tmp_path.stat().st_dev)


def test_a_folder_that_was_emptied_is_online(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    assert presence(tmp_path, device, was_filled=True).online


def test_a_drive_with_another_number_is_online(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert presence(tmp_path, tmp_path.stat().st_dev + 1, was_filled=True).online


def test_an_empty_folder_on_another_device_is_an_unmounted_mount_point(tmp_path: Path) -> None:
    found = presence(tmp_path, tmp_path.stat().st_dev + 1, was_filled=True)
    assert not found.online
    assert "mount the drive" in found.reason


def test_an_empty_folder_on_another_device_is_online_if_it_never_held_anything(tmp_path: Path) -> None:
    assert presence(tmp_path, tmp_path.stat().st_dev + 1, was_filled=False).online


def test_an_empty_folder_of_unknown_device_is_online(tmp_path: Path) -> None:
    assert presence(tmp_path, None, was_filled=True).online


def test_an_unmounted_drive_is_offline(tmp_path: Path, mount: Callable[..., Path]) -> None:
    inside = mount("-t", "tmpfs", "tmpfs")
    (inside / "a").write_bytes(b"x")
    known = presence(inside, None, was_filled=False)
    assert known.online
    bare = tmp_path / "bare"
    bare.mkdir()
    assert not presence(bare, known.device, was_filled=True).online


def test_a_missing_folder_is_offline(tmp_path: Path) -> None:
    found = presence(tmp_path / "usb", None, was_filled=False)
    assert found == Presence(online=False, device=None, reason=found.reason)
    assert "usb is not there; connect its drive" in found.reason


def test_a_dangling_or_looping_link_is_offline(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nothing")
    (tmp_path / "loop").symlink_to("loop")
    assert not presence(tmp_path / "dangling", None, was_filled=False).online
    assert "in a circle" in presence(tmp_path / "loop", None, was_filled=False).reason


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = presence(tmp_path / "a", None, was_filled=False)
    assert not found.online
    assert "is not a folder" in found.reason
    assert not presence(tmp_path / "a" / "b", None, was_filled=False).online
