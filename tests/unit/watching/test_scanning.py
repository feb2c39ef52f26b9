import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.reading import fields_of, stamp_of
from pictured.flow import Failure, Stamp
from pictured.watching.scanning import Listing, Unreachable, difference, walk


def _make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def _listed(root: Path, ignore: tuple[str, ...] = (), exclude: tuple[Path, ...] = ()) -> list[tuple[str, list[str]]]:
    found = []
    for step in walk(root, ignore, exclude=exclude):
        assert isinstance(step, Listing)
        found.append((str(step.folder.relative_to(root)), [name for name, _ in step.files]))
    return found


def test_directories_come_parents_first_and_in_order(tmp_path: Path) -> None:
    _make(tmp_path, "b/2.jpg", "b/a/3.jpg", "a/z/4.jpg", "a/1.jpg", "c.jpg", "a.jpg", "notes.txt")
    (tmp_path / "empty").mkdir()
    assert _listed(tmp_path) == [
        (".", ["a.jpg", "c.jpg"]),
        ("a", ["1.jpg"]),
        ("a/z", ["4.jpg"]),
        ("b", ["2.jpg"]),
        ("b/a", ["3.jpg"]),
        ("empty", []),
    ]


def test_a_listing_holds_the_stamps_that_lstat_gives(tmp_path: Path) -> None:
    _make(tmp_path, "a.jpg")
    (listing,) = walk(tmp_path)
    assert listing == Listing(tmp_path, {"a.jpg": fields_of(stamp_of(tmp_path / "a.jpg"))})
    assert listing.files == (("a.jpg", stamp_of(tmp_path / "a.jpg")),)


def test_names_that_are_no_text_are_listed(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.jpg"
    try:
        os.close(os.open(raw, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system takes no such name")
    _make(tmp_path, "x" * 251 + ".jpg")
    assert _listed(tmp_path) == [(".", ["x" * 251 + ".jpg", os.fsdecode(b"\xff\xfe.jpg")])]


def test_ignored_directories_are_never_opened(tmp_path: Path) -> None:
    _make(tmp_path, "a.jpg", ".git/b.jpg", "drafts/c.jpg", "x/raw/d.jpg", "x/e.jpg", "other/f.jpg", "x.tmp")
    assert _listed(tmp_path, ("DRAFTS", "x/raw"), (tmp_path / "other",)) == [(".", ["a.jpg"]), ("x", ["e.jpg"])]


def test_an_excluded_root_is_not_listed_at_all(tmp_path: Path) -> None:
    assert _listed(tmp_path, exclude=(tmp_path,)) == []


def test_symlinks_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _make(tmp_path, "outside/a.jpg", "root/b.jpg")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "file.jpg").symlink_to(tmp_path / "outside/a.jpg")
    assert list(walk(root)) == [Listing(root, {"b.jpg": fields_of(stamp_of(root / "b.jpg"))})]


def test_odd_files_with_names_of_pictures_are_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may have 104 bytes only
    os.mkfifo("pipe.jpg")
    os.mkfifo("pipe.txt")
    Path("dangling.jpg").symlink_to("nowhere.jpg")
    Path("loop.jpg").symlink_to("loop.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.jpg")
        (listing,) = walk(tmp_path)
    assert isinstance(listing, Listing)
    assert listing.files == ()
    assert [failure.path.name for failure in listing.odd] == ["dangling.jpg", "loop.jpg", "pipe.jpg", "socket.jpg"]
    assert {(failure.kind, failure.retry) for failure in listing.odd} == {("refused", False)}
    assert all(failure.reason for failure in listing.odd)


def test_a_missing_root_is_unreachable(tmp_path: Path) -> None:
    _make(tmp_path, "file.jpg")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("gone", "file.jpg", "link"):
        (step,) = walk(tmp_path / name)
        assert isinstance(step, Unreachable)
        assert step.folder == tmp_path / name
        assert step.reason


def test_a_directory_that_vanishes_meanwhile_is_passed_over(tmp_path: Path) -> None:
    _make(tmp_path, "a/1.jpg", "b/2.jpg", "c/3.jpg")
    steps = walk(tmp_path)
    next(steps)
    shutil.rmtree(tmp_path / "a")
    shutil.rmtree(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "c")
    assert [step.folder.name for step in steps] == ["c"]


def test_an_unreadable_directory_is_unreachable_and_the_rest_is_listed(tmp_path: Path) -> None:
    _make(tmp_path, "b/2.jpg")
    # Permissions do not stop root, who may run this; a path that is too long stops everybody.
    deep = tmp_path
    os.chdir(tmp_path)
    try:
        for _ in range(18):
            Path("a" * 250).mkdir()
            os.chdir("a" * 250)
            deep /= "a" * 250
    finally:
        os.chdir("/")
    steps = list(walk(tmp_path))
    assert steps[-1] == Listing(tmp_path / "b", {"2.jpg": fields_of(stamp_of(tmp_path / "b/2.jpg"))})
    (failed,) = [step for step in steps if isinstance(step, Unreachable)]
    assert failed.reason == "File name too long"
    assert deep.is_relative_to(failed.folder)


def test_a_file_that_cannot_be_looked_at_is_not_missing() -> None:
    listing = Listing(Path("/p"), {}, (Failure(Path("/p/a.jpg"), "unreadable", "no permission", retry=True),))
    known = {"a.jpg": (1, 1, 1), "b.jpg": (1, 1, 2)}
    assert difference(listing, known) == ((), {}, ("b.jpg",))


def _listing(found: dict[str, Stamp]) -> Listing:
    return Listing(Path("/p"), {name: fields_of(stamp) for name, stamp in found.items()})


STAMPS = st.builds(Stamp, st.integers(0, 1), st.integers(0, 1), st.integers(0, 1))
NAMES = st.sampled_from([f"{letter}.jpg" for letter in "abcdef"])


@given(st.dictionaries(NAMES, STAMPS), st.dictionaries(NAMES, STAMPS))
def test_a_difference_names_every_file_once(found: dict[str, Stamp], known: dict[str, Stamp]) -> None:
    told = {name: (stamp.size, stamp.mtime_ns, stamp.inode) for name, stamp in known.items()}
    changed, unchanged, missing = difference(_listing(found), told)
    assert {*dict(changed), *dict(unchanged)} == set(found)
    assert set(missing) == set(known) - set(found)
    assert len(changed) + len(unchanged) == len(found)
    assert all(known[name] == found[name] == Stamp(*fields) for name, fields in unchanged.items())
    assert all(found[name] == stamp and known.get(name) != stamp for name, stamp in changed)
