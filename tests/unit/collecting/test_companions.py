from pathlib import Path

import pytest

from pictured.collecting.companions import without_companions
from pictured.flow import Fingerprint, Kind, Match, Picture, Stamp, Transform


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
