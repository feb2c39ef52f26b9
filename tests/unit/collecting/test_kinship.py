from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.kinship import kin_of, numbered_unit, together

BEST = Path("/best/best.jpg")


def kin(picture: str, *names: str) -> dict[str, str]:
    """What belongs to a picture, with the name that it gets beside `best.jpg`."""
    found = kin_of(picture, (picture, *names))
    return dict(zip([each.name for each in found], (p.name for p in together(BEST, found)[1:]), strict=True))


@pytest.mark.parametrize("name", ["IMG_1.jpg.xmp", "img_1.JPG.XMP", "IMG_1.JPG.Xmp", "IMG_1.xmp", "img_1.XMP"])
def test_both_ways_to_name_a_sidecar_are_read_and_one_is_written(name: str) -> None:
    assert kin("IMG_1.JPG", name) == {name: "best.jpg.xmp"}


def test_with_sidecars_of_both_kinds_none_is_lost() -> None:
    assert kin("a.jpg", "a.jpg.xmp", "a.xmp") == {"a.jpg.xmp": "best.jpg.xmp", "a.xmp": "best.xmp"}


def test_a_sidecar_with_the_stem_alone_belongs_to_the_raw_file() -> None:
    together_with_raw = {"a.dng": "best.dng", "a.xmp": "best.dng.xmp", "a.jpg.xmp": "best.jpg.xmp"}

    assert kin("a.jpg", "a.dng", "a.xmp", "a.jpg.xmp") == together_with_raw
    assert kin("a.dng", "a.jpg", "a.xmp") == {"a.xmp": "best.jpg.xmp"}


def test_among_several_pictures_a_sidecar_with_the_stem_alone_belongs_to_none() -> None:
    assert kin("a.jpg", "a.png", "a.xmp") == {}
    assert kin("a.jpg", "a.nef", "a.cr2", "a.xmp") == {"a.nef": "best.nef", "a.cr2": "best.cr2"}


def test_edits_and_the_film_of_a_live_photo_belong_to_it() -> None:
    assert kin("IMG_1.HEIC", "IMG_1.AAE", "IMG_1.MOV") == {"IMG_1.AAE": "best.aae", "IMG_1.MOV": "best.mov"}
    assert kin("IMG_1.png", "IMG_1.MOV") == {}


def test_of_several_pictures_the_heic_and_then_the_jpeg_has_the_companions() -> None:
    names = ("a.heic", "a.jpg", "a.png", "a.mov", "a.aae")

    assert kin("a.heic", *names) == {"a.mov": "best.mov", "a.aae": "best.aae"}
    assert kin("a.jpg", *names) == {}
    assert kin("a.jpg", "a.png", "a.mov") == {"a.mov": "best.mov"}
    assert kin("a.jpg", "a.jpeg", "a.mov") == {}


def test_a_raw_file_brings_its_sidecars() -> None:
    assert kin("a.jpg", "a.cr2", "a.cr2.xmp", "a.xmp") == {
        "a.cr2": "best.cr2",
        "a.cr2.xmp": "best.cr2.xmp",
        "a.xmp": "best.xmp",
    }


def test_strangers_do_not_belong() -> None:
    assert kin("a.jpg", "b.xmp", "a.txt", "ab.mov", "a.mp4", "a.jpg.txt", "xmp", ".xmp", "a.jpg.xmp.bak") == {}


NAMES = st.sampled_from(["a", "A", "b"]).flatmap(
    lambda stem: st.sampled_from(
        [
            f"{stem}{ending}"
            for ending in (".jpg", ".JPG", ".heic", ".png", ".dng", ".CR2", ".xmp", ".XMP", ".aae", ".mov")
        ]
        + [f"{stem}{ending}" for ending in (".jpg.xmp", ".dng.xmp", ".heic.XMP", "", ".txt")]
    )
)
TARGETS = st.sampled_from(
    ["best.jpg", "best", "x.mov", "y.xmp", "z.jpg.xmp", "ü" * 125 + ".jpg", "x" * 255, ".".join("ab")]
)


@given(NAMES, st.lists(NAMES, unique=True), TARGETS, st.integers(1, 1000))
def test_the_names_of_a_unit_are_whole_distinct_and_not_too_long(
    picture: str, names: list[str], target: str, number: int
) -> None:
    found = kin_of(picture, [picture, *names])
    unit = [path.name for path in numbered_unit(Path("/best") / target, number, found)]

    assert len({name.casefold() for name in unit}) == len(unit) == len(found) + 1
    assert all(len(name.encode()) <= 255 and "/" not in name for name in unit)
    assert {each.name for each in found} <= set(names) - {picture}
    # The order in which a folder tells its names changes nothing.
    assert kin_of(picture, [picture, *reversed(names)]) == found


@given(NAMES, st.lists(NAMES, unique=True))
def test_nothing_belongs_to_two_pictures_at_once(picture: str, names: list[str]) -> None:
    folder = {name.casefold(): name for name in (picture, *names)}.values()
    pictures = [name for name in folder if Path(name).suffix.lower() in (".jpg", ".heic", ".png")]
    owners: dict[str, str] = {}
    for each in pictures:
        for companion in kin_of(each, folder):
            assert owners.setdefault(companion.name, each) == each
