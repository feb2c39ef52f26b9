from pathlib import Path

import pytest
import pyvips

from pictured.errors import Refused, TooLarge, Unreadable
from pictured.imaging.rendering.logos import logo_bytes, logo_size, sized_logo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10">%s</svg>'


def png(colour: list[int]) -> bytes:
    return bytes((pyvips.Image.black(30, 10) + colour).cast("uchar").copy(interpretation="srgb").pngsave_buffer())


@pytest.mark.parametrize(
    "coded", [png([255, 0, 0]), png([255, 0, 0, 255]), SVG % b'<rect width="30" height="10" fill="red"/>']
)
@pytest.mark.parametrize("size", [(30, 10), (301, 100), (7, 3)])
def test_a_logo_comes_at_the_size_and_in_srgb_with_alpha(coded: bytes, size: tuple[int, int]) -> None:
    assert logo_size(coded) == (30, 10)
    image = sized_logo(coded, *size)
    assert (image.width, image.height, image.bands, image.format) == (*size, 4, "uchar")
    assert image(size[0] // 2, size[1] // 2) == [255, 0, 0, 255]


def test_grey_becomes_colour() -> None:
    assert sized_logo(png([100]), 30, 10)(5, 5) == [100, 100, 100, 255]


def test_an_svg_draws_no_other_file(tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(png([255, 0, 0]))
    for link in (f"file://{other}", "other.png"):
        logo = tmp_path / "logo.svg"
        logo.write_bytes(SVG % f'<image href="{link}" width="30" height="10"/>'.encode())
        assert sized_logo(logo_bytes(str(logo)), 30, 10).max() == 0


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"none\.png"):
        logo_bytes(str(tmp_path / "none.png"))
    text = tmp_path / "text.png"
    text.write_text("hello")
    with pytest.raises(Refused, match=r"text\.png is neither PNG nor SVG"):
        logo_bytes(str(text))
    huge = tmp_path / "huge.png"
    with huge.open("wb") as file:
        file.truncate(40_000_000)
    with pytest.raises(TooLarge, match="32 MB"):
        logo_bytes(str(huge))


@pytest.mark.parametrize("coded", [png([1])[:40], SVG[:50], b"<svg><"])
def test_a_damaged_logo_is_refused(coded: bytes) -> None:
    with pytest.raises(Refused, match="the logo is damaged"):
        sized_logo(coded, *logo_size(coded))
