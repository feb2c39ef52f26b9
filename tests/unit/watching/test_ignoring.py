from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.watching.ignoring import OTHER_EXTENSIONS, PICTURE_EXTENSIONS, Ignored, ignored, may_be_picture


@pytest.mark.parametrize(
    "path",
    [
        ".git/objects/ab.jpg",
        "a/@eaDir/b.jpg/SYNOPHOTO_THUMB.jpg",
        "a/._b.jpg",
        "a/.pictured-12-0badcafe.tmp",
        "a/b.jpg.crdownload",
        "a/B.JPG.PART",
        "~$letter.png",
        "a/b.jpg~",
        "$RECYCLE.BIN/x.jpg",
        "thumbs.db",
        "a/.Trash-1000/files/b.png",
        "__MACOSX/a.jpg",
    ],
)
def test_built_in_globs_always_apply(path: str) -> None:
    assert ignored(PurePosixPath(path))


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("drafts", "a/drafts/b.jpg", True),
        ("drafts/", "drafts/b.jpg", True),
        ("drafts", "a/mydrafts/b.jpg", False),
        ("DRAFTS", "a/Drafts/b.jpg", True),
        ("*.psd", "a/b.psd", True),
        ("/raw", "raw/a.jpg", True),
        ("/raw", "a/raw/a.jpg", False),
        ("raw/2019", "raw/2019/a.jpg", True),
        ("raw/2019", "raw/2018/a.jpg", False),
        ("raw/*.tif", "raw/a.tif", True),
        ("raw/*.tif", "raw/a/b.tif", False),
        ("raw/**/x", "raw/x", True),
        ("raw/**/x", "raw/a/b/x/c.jpg", True),
        ("**/x/*.jpg", "a/x/c.jpg", True),
        ("raw/**", "raw/a/b.jpg", True),
        ("raw/**", "raw", False),
        ("raw/20[12]?", "raw/201x", True),
        ("raw/20[!12]?", "raw/201x", False),
        ("raw/a[b", "raw/a[b/c.jpg", True),
        ("a+(b)/c", "a+(b)/c", True),
    ],
)
def test_globs_match_parts_and_anchored_paths(glob: str, path: str, expected: bool) -> None:  # noqa: FBT001
    assert ignored(PurePosixPath(path), [glob]) is expected
    parts = path.split("/")
    assert any(Ignored.by([glob]).takes(part, "/".join(parts[:place])) for place, part in enumerate(parts)) is expected


@given(st.text(), st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), min_size=1))
def test_any_text_is_a_glob(glob: str, parts: list[str]) -> None:
    assert isinstance(ignored(PurePosixPath(*parts), [glob]), bool)


@given(st.text(st.characters(exclude_characters="/\0*?["), min_size=1).filter(lambda name: name not in {".", ".."}))
def test_a_name_without_wildcards_matches_itself(name: str) -> None:
    assert ignored(PurePosixPath("folder", name, "a.jpg"), [name])
    assert ignored(PurePosixPath("folder", name, "a.jpg"), [f"folder/{name}"])


@pytest.mark.parametrize(
    "name",
    ["a.jpg", "A.JPEG", "a.HEIC", "a.nef", "a", "IMG_0001", "a.jpg?width=100", "Dr. Who", "a.", "scan.000", ".x"],
)
def test_pictures_and_unknown_names_may_be_pictures(name: str) -> None:
    assert may_be_picture(name)


def test_names_of_other_kinds_are_no_pictures() -> None:
    kinds = "xmp jpg.xmp AAE json txt pdf MOV mp4 eps ps tar zip jpg.gz tgz svg mp3 html py docx ini sqlite3 mkv"
    assert [kind for kind in kinds.split() if may_be_picture(f"a.{kind}")] == []


def test_no_extension_is_of_both_kinds() -> None:
    assert not PICTURE_EXTENSIONS & OTHER_EXTENSIONS
    assert all(
        extension == extension.lower() and extension.startswith(".")
        for extension in PICTURE_EXTENSIONS | OTHER_EXTENSIONS
    )
