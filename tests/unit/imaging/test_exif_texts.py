import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictured.imaging.exif_texts import exif_texts

DETAILS, GPS = 0x8769, 0x8825


def texts(exif: Image.Exif | bytes, taken: str | None = None) -> dict[str, str]:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=exif)
    with Image.open(file) as image:
        return exif_texts(image, taken)


def test_fields_are_texts_by_name() -> None:
    exif = Image.Exif()
    exif[0x013B], exif[0x010F] = "Ann \0junk", "A  Maker"
    exif.get_ifd(DETAILS).update(
        {0x829D: 2.8, 0x8827: 400, 0x9286: b"ASCII\0\0\0a word", 0x9C9B: "ä".encode("utf-16-le")}
    )
    found = texts(exif)
    assert {name: found[name] for name in ("artist", "make", "fnumber", "isospeedratings", "usercomment")} == {
        "artist": "Ann",
        "make": "A Maker",
        "fnumber": "2.8",
        "isospeedratings": "400",
        "usercomment": "a word",
    }


def test_the_day_comes_from_the_exposure() -> None:
    found = texts(Image.Exif(), "2019-07-14T12:30:05")
    assert (found["year"], found["month"], found["day"]) == ("2019", "07", "14")


def test_a_place_is_told_in_degrees() -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "S", 2: (33.0, 51.0, 24.48), 3: "E", 4: (151.0, 12.0, 55.0)})
    found = texts(exif)
    assert (found["gpslatitude"], found["gps"]) == ("-33.856800", "-33.856800, 151.215278")
    assert "gps" not in texts(Image.Exif())
    only_time = Image.Exif()
    only_time.get_ifd(GPS)[29] = "2019:07:14"
    assert texts(only_time)["gps"] == "present"


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    assert isinstance(texts(b"Exif\0\0MM\0*\0\0\0\x08" + data), dict)
