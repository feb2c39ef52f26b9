from pathlib import Path

import pytest

from pictured.disk.renewing import is_free, renewed
from pictured.errors import Changed


def ours(beginning: bytes) -> bool:
    return beginning.startswith(b"ours")


def write(target: Path, content: bytes) -> None:
    with renewed(target, ours) as temporary:
        temporary.write_bytes(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_gets_its_name_and_our_own_one_is_replaced(tmp_path: Path) -> None:
    for content in (b"ours 1", b"ours 2"):
        write(tmp_path / "a", content)
        assert (tmp_path / "a").read_bytes() == content
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("made", ["file", "link", "folder"])
def test_what_is_not_ours_stays(tmp_path: Path, made: str) -> None:
    (tmp_path / "ours").write_bytes(b"ours, elsewhere")
    target = tmp_path / "a"
    if made == "file":
        target.write_bytes(b"theirs")
    elif made == "link":
        target.symlink_to(tmp_path / "ours")
    else:
        target.mkdir()

    assert not is_free(target, ours)
    with pytest.raises(Changed, match="exists already"):
        write(target, b"ours")
    assert (tmp_path / "ours").read_bytes() == b"ours, elsewhere"
    assert names(tmp_path) == ["a", "ours"]


def test_a_file_that_changes_meanwhile_stays(tmp_path: Path) -> None:
    target = tmp_path / "a"
    write(target, b"ours 1")

    def overtaken() -> None:
        with renewed(target, ours) as temporary:
            temporary.write_bytes(b"ours 2")
            target.write_bytes(b"theirs now")

    with pytest.raises(Changed, match="meanwhile"):
        overtaken()

    assert target.read_bytes() == b"theirs now"
    assert names(tmp_path) == ["a"]


def test_a_block_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    write(tmp_path / "a", b"ours 1")

    with pytest.raises(ZeroDivisionError), renewed(tmp_path / "a", ours):
        raise ZeroDivisionError

    assert (tmp_path / "a").read_bytes() == b"ours 1"
    assert names(tmp_path) == ["a"]


def test_a_free_name_is_free(tmp_path: Path) -> None:
    assert is_free(tmp_path / "a", ours)
