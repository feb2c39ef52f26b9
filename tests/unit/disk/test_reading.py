import hashlib
import os
import signal
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.disk.reading import digest_of, fields_from, fields_of, open_unchanged, stamp_from, stamp_of
from pictured.errors import Changed, FileError, Refused, Truncated, Unreadable, Vanished
from pictured.flow import Stamp


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_stamp_says_size_time_inode_and_the_latest_change(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1, 2_000))
    found = path.lstat()
    stamp = stamp_of(path)
    assert stamp == Stamp(size=5, mtime_ns=2_000, inode=found.st_ino)
    assert (stamp.device, stamp.changed_ns) == (found.st_dev, found.st_ctime_ns)


def test_a_stamp_is_made_of_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")
    os.utime(path, ns=(1, 2))
    found = path.lstat()
    fields = fields_from(found)
    assert fields == fields_of(stamp_from(found)) == (1, 2, found.st_ino, found.st_dev, found.st_ctime_ns)
    assert Stamp(*fields) == stamp_from(found)


def test_a_stamp_survives_another_link_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    before = stamp_of(tmp_path / "a")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert stamp_of(tmp_path / "a") == before == stamp_of(tmp_path / "b")


def odd_things(folder: Path) -> dict[str, str]:
    os.mkfifo(folder / "fifo")
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "dangling").symlink_to("nothing")
    (folder / "file").write_bytes(b"x")
    (folder / "link").symlink_to("file")
    return {
        "fifo": "FIFO",
        "folder": "a folder",
        "loop": "leads in a circle",
        "dangling": "leads nowhere",
        "link": "a symbolic link;",
    }


def test_everything_but_a_regular_file_is_refused_without_blocking(tmp_path: Path) -> None:
    stamp = Stamp(size=0, mtime_ns=0, inode=0)
    for name, words in odd_things(tmp_path).items():
        with pytest.raises(Refused, match=words):
            stamp_of(tmp_path / name)
        with pytest.raises(Refused, match=words), open_unchanged(tmp_path / name, stamp):
            pass


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.jpg")
        with pytest.raises(Refused, match="a socket"):
            stamp_of(tmp_path / "s.jpg")


def test_a_device_is_refused() -> None:
    with pytest.raises(Refused, match="character device"):
        stamp_of(Path(os.devnull))


def test_a_missing_file_has_vanished(tmp_path: Path) -> None:
    with pytest.raises(Vanished):
        stamp_of(tmp_path / "a")
    with pytest.raises(Vanished):
        stamp_of(tmp_path / "b" / "a")


def test_a_path_over_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(Refused, match="in a circle"):
        stamp_of(tmp_path / "loop" / "a")


def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(Unreadable, match="permission"), open_unchanged(path, stamp_of(path)):
        pass


def test_a_name_that_is_too_long_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="too long"):
        stamp_of(tmp_path / ("a" * 300))


def test_an_unchanged_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.jpg")
    path.write_bytes(b"picture")
    with open_unchanged(path, stamp_of(path)) as file:
        assert file.read() == b"picture"


def swap_for_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def swap_for_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("swap", [swap_for_link, swap_for_pipe])
def test_a_file_swapped_in_the_last_moment_is_refused_without_blocking(
    tmp_path: Path, in_child: Callable[[Callable[[], int]], int], swap: Callable[[Path], None]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"picture")
    stamp = stamp_of(path)

    def work() -> int:
        signal.alarm(10)
        swaps = iter([swap])

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event == "open" and str(arguments[0]) == str(path):
                next(swaps, lambda _: None)(path)

        sys.addaudithook(hook)
        with pytest.raises(Refused), open_unchanged(path, stamp):
            pass
        return 0

    assert in_child(work) == 0


def test_a_file_with_another_stamp_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"picture")
    stamp = stamp_of(path)
    path.write_bytes(b"another")
    os.utime(path, ns=(1, 1))
    with pytest.raises(Changed), open_unchanged(path, stamp):
        pytest.fail("opened")


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"picture")
    with pytest.raises(Changed), open_unchanged(path, stamp_of(path)), path.open("ab") as writer:
        writer.write(b"more")


def test_a_change_goes_before_what_the_block_found(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"pict")

    def read_too_early() -> None:
        with open_unchanged(path, stamp_of(path)):
            path.write_bytes(b"picture")
            raise Refused("no picture")

    with pytest.raises(Changed) as caught:
        read_too_early()
    assert isinstance(caught.value.__context__, Refused)


def test_what_the_block_found_in_an_unchanged_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"pict")
    with pytest.raises(Truncated), open_unchanged(path, stamp_of(path)):
        raise Truncated("ends")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"pict")
    before = names(Path("/dev/fd"))
    for _ in range(3):
        with pytest.raises(FileError), open_unchanged(path, stamp_of(path)):
            raise Truncated("ends")
    assert len(names(Path("/dev/fd"))) == len(before)


def test_the_digest_is_of_the_whole_file_and_rewinds(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"picture" * 100_000)
    with open_unchanged(path, stamp_of(path)) as file:
        file.read(10)
        assert digest_of(file) == hashlib.sha256(b"picture" * 100_000).digest()
        assert file.tell() == 0


def test_stamps_of_the_open_and_the_named_file_agree(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"pict")
    with path.open("rb") as file:
        info = os.fstat(file.fileno())
    assert stat.S_ISREG(info.st_mode)
    assert stamp_from(info) == stamp_of(path)
