import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.paths import real, same_or_below, shown, within


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Strand bei Nacht.jpg", "Strand bei Nacht.jpg"),
        ("Überlingen 海.jpg", "Überlingen 海.jpg"),
        (os.fsdecode(b"\xff.jpg"), r"\xff.jpg"),
        ("a\nb\x1b[31m.jpg", r"a\x0ab\x1b[31m.jpg"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_what_cannot_be_printed_is_escaped(name: str, expected: str) -> None:
    assert shown(name) == expected


@given(st.binary().map(os.fsdecode) | st.text(st.characters(codec=None)))
def test_every_name_is_shown_on_one_line_that_encodes(name: str) -> None:
    text = shown(name)
    text.encode("utf-8")
    assert len(text.splitlines()) <= 1


def test_within_compares_parts_and_not_letters() -> None:
    assert within(Path("/a/b"), Path("/a/b"))
    assert within(Path("/a/b/c"), Path("/a/b"))
    assert not within(Path("/a/bc"), Path("/a/b"))
    assert not within(Path("/a"), Path("/a/b"))


def test_real_expands_home_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WHERE", "pictures")
    assert real(Path("~/$WHERE/new")) == tmp_path.resolve() / "home" / "pictures" / "new"


def test_real_keeps_what_it_cannot_expand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("UNSET_ONE", raising=False)
    assert real(Path("$UNSET_ONE/x")) == tmp_path.resolve() / "$UNSET_ONE" / "x"
    assert real(Path("~nobody-of-that-name/x")) == tmp_path.resolve() / "~nobody-of-that-name" / "x"


def test_real_resolves_links_as_far_as_the_path_exists(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    assert real(tmp_path / "link" / "not" / "yet") == tmp_path.resolve() / "there" / "not" / "yet"


def test_real_survives_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert real(tmp_path / "one").is_absolute()


def test_below_is_seen_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "link").symlink_to("library")
    assert same_or_below(tmp_path / "link" / "best", tmp_path / "library")
    assert same_or_below(tmp_path / "library", tmp_path / "link")
    assert not same_or_below(tmp_path / "library", tmp_path / "link" / "best")


def test_below_is_seen_where_nothing_exists_yet(tmp_path: Path) -> None:
    assert same_or_below(tmp_path / "new" / "a", tmp_path / "new")
    assert not same_or_below(tmp_path / "newer", tmp_path / "new")


def test_case_matters_where_it_matters_to_the_file_system(tmp_path: Path) -> None:
    (tmp_path / "Photos").mkdir()
    insensitive = (tmp_path / "pHOTOS").exists()
    assert same_or_below(tmp_path / "photos" / "a", tmp_path / "PHOTOS") == insensitive
    assert same_or_below(tmp_path / "photos" / "best", tmp_path / "Photos") == insensitive
    assert same_or_below(tmp_path / "Photos" / "BEST" / "a", tmp_path / "Photos" / "best") == insensitive


def test_case_is_ignored_in_a_folder_that_ignores_it(tmp_path: Path, mount: Callable[..., Path]) -> None:
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(16 << 20)
    try:
        subprocess.run(["mkfs.ext4", "-q", "-O", "casefold", image], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("cannot make a file system that ignores case here")
    folder = mount("-o", "loop", str(image)) / "Photos"
    folder.mkdir()
    subprocess.run(["chattr", "+F", folder], check=True)
    (folder / "Old").mkdir()
    assert same_or_below(folder / "old" / "x", folder / "OLD")
    assert same_or_below(folder / "best" / "x", folder / "BEST")
    assert not same_or_below(folder / "best", folder / "better")


def test_below_is_seen_through_a_bind_mount(tmp_path: Path, mount: Callable[..., Path]) -> None:
    (tmp_path / "library" / "best").mkdir(parents=True)
    bound = mount("--bind", str(tmp_path / "library"))
    assert same_or_below(bound / "best" / "new", tmp_path / "library" / "best")
    assert same_or_below(bound / "new", tmp_path / "library")
    assert not same_or_below(bound, tmp_path / "library" / "best")
