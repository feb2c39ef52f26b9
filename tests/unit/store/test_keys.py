import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.naming import Naming
from pictured.store.keys import EVERYTHING, Keys, apart, subtree
from pictured.store.rows import name_from

NAMES = (
    st.binary(min_size=1, max_size=6)
    .filter(lambda name: b"/" not in name and b"\0" not in name)
    .filter(lambda name: name not in (b".", b".."))
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: Path(os.fsdecode(b"/" + b"/".join(names))))
ALONE = Keys(Naming())
ANNA = Keys(Naming("anna", (("photos", Path("/mnt/photos")), ("scans", Path("/mnt/photos/scans")))))
EITHER = pytest.mark.parametrize("keys", [ALONE, ANNA], ids=["alone", "shared"])


@EITHER
@given(PATHS)
def test_a_path_of_any_bytes_comes_back(keys: Keys, path: Path) -> None:
    folder, name = keys.file(path)
    assert keys.path(keys.of(path)) == keys.path(folder + name) == path
    assert (keys.path(folder), name_from(name)) == (path.parent, path.name)
    assert folder == keys.folder(path.parent)
    assert keys.path(keys.folder(path)) == path


@given(PATHS, PATHS)
def test_a_folder_is_in_the_range_of_another_exactly_when_it_is_the_same_or_lies_below(one: Path, other: Path) -> None:
    for path in (one, other, one / other.name, one.parent / (one.name + other.name), Path("/")):
        for folder in (one, other, Path("/")):
            first, last = subtree(ALONE.folder(folder))
            assert (first <= ALONE.folder(path) < last) == path.is_relative_to(folder)


@given(st.lists(PATHS, max_size=6))
def test_folders_that_lie_below_another_are_left_out(folders: list[Path]) -> None:
    kept = [ALONE.path(folder) for folder in apart(map(ALONE.folder, folders))]
    assert set(kept) == {f for f in folders if not any(f != other and f.is_relative_to(other) for other in folders)}
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize(
    ("folder", "ranges"),
    [
        ("/home", [(b"//anna/home/", b"//anna/home0")]),
        ("/mnt", [(b"//anna/mnt/", b"//anna/mnt0"), (b"//photos/", b"//photos0"), (b"//scans/", b"//scans0")]),
        ("/mnt/photos/2019", [(b"//photos/2019/", b"//photos/20190")]),
        ("/", [(b"//anna/", b"//anna0"), (b"//photos/", b"//photos0"), (b"//scans/", b"//scans0")]),
    ],
)
def test_a_share_that_is_mounted_below_a_folder_lies_below_it(folder: str, ranges: list[tuple[bytes, bytes]]) -> None:
    assert ANNA.below(Path(folder)) == ranges


@pytest.mark.parametrize("key", [b"/home/a", b"//anna/home/a", b"//photos/a", b"//\xff/a"])
def test_every_key_is_among_all_of_them(key: bytes) -> None:
    assert EVERYTHING[0] <= key < EVERYTHING[1]
