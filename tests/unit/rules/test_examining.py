from pathlib import Path

import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, FileError, Refused, TooLarge, Truncated, Vanished
from pictured.flow import Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.traits import Traits
from pictured.rules.examining import examine

LIMITS = DecodingLimits(pixels=10_000, memory=1 << 30)


def examined(file: Path) -> Traits:
    return examine(file, stamp_of(file), LIMITS)


def test_a_header_is_read(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    found = examined(tmp_path / "a.png")
    assert (found.format, found.width, found.height) == ("PNG", 40, 30)
    assert found.size == (tmp_path / "a.png").stat().st_size


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (b"", Truncated, "is empty"),
        (b"a text", Refused, "is not a picture"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", Truncated, "ends before"),
    ],
)
def test_errors_name_the_file(tmp_path: Path, content: bytes, error: type[FileError], told: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(error, match=rf"a\.png {told}"):
        examined(tmp_path / "a.png")


def test_more_pixels_than_allowed_are_refused(tmp_path: Path) -> None:
    Image.new("1", (200, 100)).save(tmp_path / "a.png")
    with pytest.raises(TooLarge, match=r"0\.02 megapixels; limits\.megapixels is 0\.01"):
        examined(tmp_path / "a.png")


def test_another_file_than_was_meant_is_told(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(Changed):
        examine(tmp_path / "a.png", Stamp(1, 2, 3), LIMITS)
    with pytest.raises(Vanished):
        examine(tmp_path / "none.png", Stamp(1, 2, 3), LIMITS)
