import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pictured.disk.reading import fields_of, stamp_of
from pictured.flow import Cause, Failure, FileSeen, Picture
from pictured.service.comparing import Compared, compared
from pictured.service.library import Library
from pictured.store.listings import Known

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]


@pytest.fixture
def root(tmp_path: Path, draw: Draw) -> Path:
    draw(tmp_path / "r/a.jpg", "coffee", width=100)
    draw(tmp_path / "r/sub/b.jpg", "rocket", width=100)
    return tmp_path / "r"


def found(
    library: Library, root: Path, ignore: Sequence[str] = (), exclude: Sequence[Path] = ()
) -> dict[Path, Compared]:
    async def gather() -> dict[Path, Compared]:
        return {each.folder: each async for each in compared(library.catalogue, root, ignore, exclude)}

    return asyncio.run(gather())


def test_what_is_new_comes_with_its_stamp(root: Path, library: Library) -> None:
    path = root / "sub/b.jpg"

    assert found(library, root)[root / "sub"] == Compared(
        root / "sub", changed=(FileSeen(path, Cause.SCANNED, stamp_of(path)),)
    )


def test_parents_come_first(root: Path, library: Library) -> None:
    assert list(found(library, root)) == [root, root / "sub"]


def test_what_is_known_is_unchanged_and_says_whether_it_was_handled(root: Path, library: Library, index: Index) -> None:
    picture = index(root / "a.jpg")
    known = found(library, root)[root]
    library.catalogue.handle(picture.path, picture.stamp)
    handled = found(library, root)[root]

    assert known.unchanged == {"a.jpg": fields_of(picture.stamp)}
    assert known.unhandled == (("a.jpg", picture.stamp),)
    assert (handled.unchanged, handled.unhandled) == (known.unchanged, ())


def test_what_failed_is_told_apart(root: Path, library: Library, index: Index) -> None:
    picture = index(root / "a.jpg")
    failure = Failure(picture.path, "truncated", "it ends too early", retry=True)
    library.catalogue.fail(picture.path, picture.stamp, failure, tries=1, retry_at=None)

    compared = found(library, root)[root]

    assert (compared.unchanged, compared.unhandled) == ({}, ())
    assert compared.failing == ((picture.path, Known(picture.stamp, picture.content.digest, failure)),)


def test_what_is_gone_is_noted_at_once(root: Path, library: Library, index: Index) -> None:
    for path in (root / "a.jpg", root / "sub/b.jpg"):
        index(path)
    (root / "a.jpg").unlink()
    shutil.rmtree(root / "sub")

    result = found(library, root)

    assert result[root].missing == (root / "a.jpg",)
    assert result[root / "sub"].missing == (root / "sub/b.jpg",)
    assert library.catalogue.count().files == 0
    assert not any(each.missing for each in found(library, root).values())


def test_a_sibling_whose_name_begins_alike_is_not_touched(
    root: Path, library: Library, index: Index, draw: Draw
) -> None:
    outside = index(draw(root.with_name("r2") / "a.jpg", "camera", width=100))

    found(library, root)

    assert library.catalogue.picture(outside.path) == outside


def test_what_cannot_be_listed_keeps_what_is_known(root: Path, library: Library, index: Index) -> None:
    picture = index(root / "sub/b.jpg")
    root.rename(root.with_name("unplugged"))

    result = found(library, root)

    assert result[root].unreachable
    assert library.catalogue.picture(picture.path) == picture


def test_an_excluded_folder_keeps_what_is_known(root: Path, library: Library, index: Index) -> None:
    picture = index(root / "sub/b.jpg")

    assert list(found(library, root, exclude=(root / "sub",))) == [root]
    assert library.catalogue.picture(picture.path) == picture


@pytest.mark.parametrize("glob", ["sub", "*.jpg", "/sub", "sub/*"])
def test_what_is_ignored_from_now_on_is_forgotten(root: Path, library: Library, index: Index, glob: str) -> None:
    index(root / "sub/b.jpg")

    found(library, root, ignore=(glob,))

    assert library.catalogue.picture(root / "sub/b.jpg") is None


def test_a_pipe_is_odd_until_it_is_gone(root: Path, library: Library) -> None:
    os.mkfifo(root / "pipe.jpg")

    assert [failure.path for failure in found(library, root)[root].odd] == [root / "pipe.jpg"]
    assert library.catalogue.count().failed == 1
    (root / "pipe.jpg").unlink()

    assert found(library, root)[root].missing == (root / "pipe.jpg",)
    assert library.catalogue.count().failed == 0


def test_a_file_that_the_line_took_after_the_listing_is_not_missing(
    root: Path, library: Library, index: Index, draw: Draw
) -> None:
    async def with_a_file_in_between() -> list[Compared]:
        results = []
        async for each in compared(library.catalogue, root):
            if not results:
                index(draw(root / "sub/late.jpg", "camera", width=100))
            results.append(each)
        return results

    assert [each.missing for each in asyncio.run(with_a_file_in_between())] == [(), ()]
    assert library.catalogue.picture(root / "sub/late.jpg") is not None


@pytest.mark.parametrize("after", ["", "069"])
def test_nothing_is_missing_of_a_drive_that_is_unplugged_while_it_is_compared(
    tmp_path: Path, library: Library, index: Index, draw: Draw, after: str
) -> None:
    root = tmp_path / "r"
    for number in range(70):
        (root / f"{number:03}").mkdir(parents=True)
    pictures = [index(draw(root / name / "a.jpg", "coffee", width=100)) for name in ("000", "068", "gone")]
    shutil.rmtree(root / "gone")

    async def unplugged() -> list[Compared]:
        found = []
        async for each in compared(library.catalogue, root):
            if each.folder == root / after and each.unreachable is None:
                root.rename(tmp_path / "unplugged")
                root.mkdir()
            elif each.unreachable is not None:
                found.append(each)
        return found

    (last,) = asyncio.run(unplugged())

    assert (last.folder, last.unreachable) == (root, "it went away while it was compared")
    assert all(library.catalogue.picture(picture.path) == picture for picture in pictures)


@pytest.mark.parametrize("instead", ["folder", "link"])
def test_what_became_a_folder_or_a_link_is_no_file_and_no_failure_any_longer(
    root: Path, library: Library, index: Index, instead: str
) -> None:
    known, odd = index(root / "a.jpg").path, root / "album"
    odd.symlink_to("nothing")
    assert [failure.path for failure in found(library, root)[root].odd] == [odd]
    for path in (known, odd):
        path.unlink()
        if instead == "folder":
            path.mkdir()
        else:
            path.symlink_to(root / "sub")

    assert sorted(found(library, root)[root].missing) == [known, odd]
    assert (library.catalogue.picture(known), library.catalogue.count().failed) == (None, 0)
