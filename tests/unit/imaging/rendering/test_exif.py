import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictured.imaging.rendering.exif import (
    ARTIST,
    COPYRIGHT,
    MAKER_NOTE,
    has,
    orientation_of,
    text_of,
    upright_exif,
    with_texts,
    without_gps,
    without_maker_notes,
    without_thumbnail,
)
from pictured.imaging.rendering.metadata import Metadata

GPS, DETAILS = 0x8825, 0x8769
MAKER = b"\x01\x02 the notes of a maker \x03\x04"


def read(exif: bytes | None) -> Image.Exif:
    made = Image.Exif()
    made.load(exif or b"")
    return made


@pytest.fixture
def exif(every: Metadata) -> bytes:
    assert every.exif is not None
    return every.exif


def test_an_upright_picture_says_so_with_its_size_and_without_its_stale_thumbnail(exif: bytes) -> None:
    made = upright_exif(exif, 1234, 70_000)
    found = read(made)
    details = found.get_ifd(DETAILS)
    assert (found[0x0112], details[0xA002], details[0xA003]) == (1, 1234, 70_000)
    assert b"a thumbnail" in exif
    assert b"a thumbnail" not in made
    assert len(made) < len(exif)


def test_what_is_not_concerned_keeps_its_bytes_and_its_place(exif: bytes) -> None:
    made = upright_exif(exif, 30, 40)
    assert made.index(MAKER) == exif.index(MAKER)
    assert sum(one != other for one, other in zip(exif, made, strict=False)) <= 8
    assert read(made).get_ifd(GPS) == read(exif).get_ifd(GPS)
    assert read(made).get_ifd(DETAILS)[0xFE00] == 7


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_reset(orientation: int) -> None:
    image = Image.new("RGB", (4, 4))
    tags = Image.Exif()
    tags[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", exif=tags)
    before = tags.tobytes().removeprefix(b"Exif\0\0")
    made = upright_exif(before, 4, 4)
    assert (orientation_of(before), orientation_of(made), orientation_of(b"")) == (orientation, 1, 1)
    assert read(made)[0x0112] == 1


def test_the_place_goes_and_the_maker_s_notes_stay(exif: bytes) -> None:
    made = without_gps(exif)
    assert made is not None
    assert not has(made, GPS)
    assert read(made).get_ifd(DETAILS)[MAKER_NOTE] == MAKER
    assert len([one for one, other in zip(exif, made, strict=False) if one != other]) > 20


def test_the_maker_s_notes_go_and_the_place_stays(exif: bytes) -> None:
    made = without_maker_notes(exif)
    assert made is not None
    assert b"notes of a maker" not in made
    assert read(made).get_ifd(GPS)[1] == "N"


def test_what_cannot_be_taken_apart_is_told(exif: bytes) -> None:
    first = int.from_bytes(exif[4:8], "big" if exif.startswith(b"MM") else "little")
    for broken in (b"", b"nonsense", exif[: first + 20]):
        assert without_gps(broken) is None
        assert without_thumbnail(broken) is None


def test_texts_are_written_beside_all_that_is_there(exif: bytes) -> None:
    made = with_texts(exif, {COPYRIGHT: "© 2019 Ann", ARTIST: "Bea"})
    assert (text_of(made, COPYRIGHT), text_of(made, ARTIST)) == ("© 2019 Ann", "Bea")
    assert made.index(MAKER) == exif.index(MAKER)
    assert read(made).get_ifd(GPS) == read(exif).get_ifd(GPS)


@pytest.mark.parametrize("nothing", [None, b"", b"nonsense"])
def test_without_exif_it_is_begun(nothing: bytes | None) -> None:
    assert text_of(with_texts(nothing, {COPYRIGHT: "© Ann"}), COPYRIGHT) == "© Ann"
    assert text_of(nothing, COPYRIGHT) == ""


@given(st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b""]), st.binary(max_size=300))
def test_no_bytes_make_any_change_fail(head: bytes, data: bytes) -> None:
    exif = head + data
    for made in (upright_exif(exif, 3, 4), with_texts(exif, {COPYRIGHT: "© Ann"})):
        assert isinstance(made, bytes)
    for change in (without_gps, without_maker_notes, without_thumbnail):
        after = change(exif)
        assert after is None or not (change is without_gps and has(after, GPS))
