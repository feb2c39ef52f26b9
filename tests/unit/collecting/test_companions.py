from pathlib import Path

import pytest

from pictured.collecting.companions import Companion, accompanied, owned_by, renamed, without_companions
from pictured.collecting.kinship import SIDECAR, Kin
from pictured.flow import Collect, Fingerprint, Form, Kind, Match, Picture, Placed, Stamp, Transform

BEST, STAMP = Path("/best/best.jpg"), Stamp(1, 1, 1)


def match(path: str) -> Match:
    content = Fingerprint(
        digest=path.encode().ljust(32),
        size=1,
        width=1,
        height=1,
        format="JPEG",
        mode="RGB",
        bit_depth=8,
        frames=1,
        luma_quantiser=None,
        taken=None,
        camera=None,
        metadata=(),
        phash=bytes(32),
        crops=b"",
        points=b"",
        thumb=b"",
    )
    return Match(Picture(Path(path), Stamp(1, 1, 1), content), Kind.SAME, 0.9, Transform())


def left(*paths: str) -> list[str]:
    return [str(each.picture.path) for each in without_companions(map(match, paths))]


def test_a_raw_file_beside_its_jpeg_is_no_copy() -> None:
    assert left("/a/IMG_1.CR2", "/a/IMG_1.JPG", "/b/IMG_1.jpg") == ["/a/IMG_1.JPG", "/b/IMG_1.jpg"]


@pytest.mark.parametrize("raw", ["/a/img_1.dng", "/a/IMG_1.NEF", "/a/Img_1.arw"])
def test_upper_and_lower_case_do_not_matter(raw: str) -> None:
    assert left("/a/IMG_1.heic", raw) == ["/a/IMG_1.heic"]


def test_a_raw_file_without_a_developed_picture_stays() -> None:
    assert left("/a/IMG_1.CR2", "/b/IMG_1.JPG", "/a/IMG_2.JPG") == ["/a/IMG_1.CR2", "/b/IMG_1.JPG", "/a/IMG_2.JPG"]


def test_two_developed_pictures_are_copies_of_each_other() -> None:
    assert left("/a/IMG_1.heic", "/a/IMG_1.jpg") == ["/a/IMG_1.heic", "/a/IMG_1.jpg"]


def step(*endings: str, replaces: Placed | None = None) -> Collect:
    alone = Collect("best", None, Path("/l/a.jpg"), STAMP, bytes(32), BEST, Form.HARDLINK, "why", replaces)
    companions = [
        Companion(Kin(f"a{each}", each, each == ".xmp"), Path(f"/l/a{each}"), STAMP, b"d") for each in endings
    ]
    return accompanied(alone, companions)


def test_companions_are_made_as_the_picture_is_and_replace_what_has_their_names() -> None:
    old = Placed(2, "best", Path("/best/best.mov"), STAMP, b"", Path("/l/b.mov"), Form.COPY, "why")
    replaced = Placed(1, "best", Path("/best/b.jpg"), STAMP, b"", Path("/l/b.jpg"), Form.COPY, "why", (old,))

    film, sidecar = step(".mov", ".xmp", replaces=replaced).companions

    assert (film.target, film.form, film.replaces) == (Path("/best/best.mov"), Form.HARDLINK, old)
    assert (sidecar.target, sidecar.replaces) == (Path("/best/best.jpg.xmp"), None)
    assert owned_by(replaced) == {replaced.target: replaced, old.target: old}
    assert owned_by(None) == {}


def test_a_sidecar_that_is_made_anew_is_a_file_of_its_own() -> None:
    alone = step()
    made = accompanied(alone, [Companion(SIDECAR, alone.source, STAMP, b"d", b"<x/>", "rating 4")])

    assert made.companions[0].form is Form.COPY
    assert (made.companions[0].content, made.companions[0].reason) == (b"<x/>", "rating 4")


def test_another_name_for_the_picture_is_another_name_for_all() -> None:
    moved = renamed(step(".mov", ".xmp"), Path("/best/best (2).jpg"))

    assert [each.target.name for each in (moved, *moved.companions)] == [
        "best (2).jpg",
        "best (2).mov",
        "best (2).jpg.xmp",
    ]
