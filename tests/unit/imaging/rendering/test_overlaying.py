import pytest
import pyvips

from pictured.imaging.rendering.grounds import Box
from pictured.imaging.rendering.overlaying import laid_over, matched, within


def flat(*colour: float, kind: str = "srgb", sample: str = "uchar", size: int = 20) -> pyvips.Image:
    return (pyvips.Image.black(size, size) + list(colour)).cast(sample).copy(interpretation=kind)


@pytest.mark.parametrize(
    ("image", "white"),
    [
        (flat(1, kind="b-w"), [255]),
        (flat(1, 2, 3), [255, 255, 255]),
        (flat(1, 2, 3, kind="rgb16", sample="ushort"), [65535, 65535, 65535]),
        (flat(1, 2, 3, 4, kind="cmyk"), [0, 0, 0, 0]),
    ],
)
def test_white_is_white_in_every_space(image: pyvips.Image, white: list[float]) -> None:
    mark = matched(flat(255, 255, 255, 255), image, None)
    assert mark.format == image.format
    assert mark(0, 0) == pytest.approx([*white, 65535 if image.format == "ushort" else 255], abs=1)


@pytest.mark.parametrize("icc", [b"", b"no profile"])
def test_a_broken_profile_is_passed_over(icc: bytes) -> None:
    assert matched(flat(255, 0, 0, 255), flat(1, 2, 3), icc)(0, 0) == [255, 0, 0, 255]


def test_what_stands_out_is_cut_off() -> None:
    mark = matched(flat(255, 0, 0, 255), flat(0, 0, 0), None)
    laid = laid_over(flat(0, 0, 0), mark, 15, -15)
    assert (laid.width, laid.height) == (20, 20)
    assert laid(15, 4) == [255, 0, 0]
    assert laid(14, 4) == laid(15, 5) == [0, 0, 0]
    assert laid_over(flat(0, 0, 0), mark, 20, 0)(19, 0) == [0, 0, 0]


def test_half_over_half_is_three_quarters_opaque() -> None:
    mark = matched(flat(255, 0, 0, 128), flat(0, 0, 0, 0), None)
    laid = laid_over(flat(0, 0, 255, 128), mark, 0, 0)
    assert laid(5, 5) == pytest.approx([170, 0, 85, 192], abs=2)


def test_a_box_is_cut_to_the_frame() -> None:
    assert within(Box(-5, 5, 10, 10), 8, 8) == Box(0, 5, 5, 3)
    assert within(Box(8, 0, 5, 5), 8, 8) is None
