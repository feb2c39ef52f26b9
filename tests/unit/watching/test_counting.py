import os
from pathlib import Path

import pytest

from pictured.watching.counting import count
from pictured.watching.scanning import Listing, walk


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.jpg", "deep/er/b.PNG", "deep/c.tif", "deep/notes.txt", ".hidden/d.jpg", "trips/e.jpg", "out/f.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "deep")
    return tmp_path


@pytest.mark.parametrize("ignore", [(), ("trips",), ("*.tif", "deep/er")])
@pytest.mark.parametrize("without", [False, True])
def test_as_many_are_counted_as_a_walk_finds(tree: Path, ignore: tuple[str, ...], *, without: bool) -> None:
    exclude = [tree / "out"] if without else []
    listed = [each for each in walk(tree, ignore, exclude=exclude) if isinstance(each, Listing)]
    assert count(tree, ignore, exclude=exclude) == sum(len(each.files) + len(each.odd) for each in listed) > 0


def test_what_is_not_there_counts_nothing(tmp_path: Path) -> None:
    assert count(tmp_path / "none") == 0
