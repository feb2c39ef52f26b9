import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from pictured.collecting.companions import Companion, accompanied
from pictured.disk.reading import stamp_of
from pictured.flow import Collect, Form, Picture
from pictured.service.accompanying import astray, companions_of, in_the_way, moved_aside
from pictured.service.library import Library

Draw = Callable[..., Path]
Index = Callable[..., Picture]


def write(path: Path, content: bytes = b"x") -> Path:
    path.write_bytes(content)
    return path


def found(library: Library, picture: Path) -> tuple[Companion, ...]:
    return asyncio.run(companions_of(library, picture))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    (tmp_path / "l").mkdir()
    return write(tmp_path / "l/IMG_1.JPG")


@pytest.fixture
def step(tmp_path: Path, picture: Path, library: Library) -> Collect:
    for name in ("IMG_1.JPG.xmp", "IMG_1.mov"):
        write(picture.with_name(name), name.encode())
    alone = Collect(
        "best", None, picture, stamp_of(picture), bytes(32), tmp_path / "best/a.jpg", Form.COPY, "the only copy"
    )
    return accompanied(alone, found(library, picture))


def test_what_belongs_to_a_picture_comes_with_its_digest(picture: Path, library: Library) -> None:
    write(picture.with_name("IMG_1.XMP"), b"sidecar")
    write(picture.with_name("IMG_2.mov"))
    picture.with_name("IMG_1.mov").mkdir()
    picture.with_name("IMG_1.aae").symlink_to("IMG_2.mov")

    [companion] = found(library, picture)

    assert companion.source == picture.with_name("IMG_1.XMP")
    assert companion.stamp == stamp_of(companion.source)
    assert companion.digest == sha256(b"sidecar").digest()
    assert (companion.kin.ending, companion.kin.whole) == (".xmp", True)


def test_a_picture_in_a_folder_that_is_gone_has_nothing(tmp_path: Path, library: Library) -> None:
    assert found(library, tmp_path / "gone/a.jpg") == ()


def test_a_raw_file_that_is_indexed_is_not_read_again(
    tmp_path: Path, draw: Draw, index: Index, library: Library
) -> None:
    picture = draw(tmp_path / "l/a.jpg", "coffee", width=100)
    raw = index(draw(tmp_path / "l/a.png", "coffee", width=90).rename(tmp_path / "l/a.dng"))

    [companion] = found(library, picture)

    assert companion.digest == raw.content.digest


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_has_no_digest(picture: Path, library: Library) -> None:
    write(picture.with_name("IMG_1.mov")).chmod(0)

    assert [each.digest for each in found(library, picture)] == [b""]


def test_what_came_changed_or_went_is_told(step: Collect, picture: Path, library: Library) -> None:
    assert asyncio.run(astray(library, step)) is None

    write(picture.with_name("IMG_1.mov"), b"another film")
    told = asyncio.run(astray(library, step))
    assert told == "IMG_1.mov, which belongs to it, came, changed or is gone"
    picture.with_name("IMG_1.mov").unlink()
    assert asyncio.run(astray(library, step)) == told


def test_a_sidecar_that_was_made_anew_is_not_looked_for(step: Collect, picture: Path, library: Library) -> None:
    for each in step.companions:
        each.source.unlink()
    made = replace(step.companions[0], source=picture, stamp=step.stamp, content=b"<x/>")

    assert asyncio.run(astray(library, replace(step, companions=(made,)))) is None


def test_a_unit_moves_aside_as_a_whole(step: Collect) -> None:
    assert in_the_way(step) is None
    step.target.parent.mkdir()
    taken = write(step.target.with_name("a.jpg.xmp"))
    write(step.target.with_name("a (2).mov"))

    assert in_the_way(step) == taken
    moved = moved_aside(step)
    assert [each.target.name for each in (moved, *moved.companions)] == ["a (3).jpg", "a (3).mov", "a (3).jpg.xmp"]
