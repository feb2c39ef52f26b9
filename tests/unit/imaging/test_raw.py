from pictured.imaging.raw import RAW_EXTENSIONS
from pictured.watching.ignoring import PICTURE_EXTENSIONS


def test_raw_files_are_pictures_and_developed_ones_are_not_raw() -> None:
    assert RAW_EXTENSIONS < PICTURE_EXTENSIONS
    assert {".cr2", ".nef", ".dng"} <= RAW_EXTENSIONS
    assert not RAW_EXTENSIONS & {".jpg", ".heic", ".tif", ".png"}
