from pathlib import Path

import pytest
import pyvips

from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.grounds import Box, is_light, seen
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits


def halves(width: int, height: int) -> pyvips.Image:
    left = pyvips.Image.black(width // 2, height, bands=3) + 255
    right = pyvips.Image.black(width // 2, height, bands=3)
    return left.join(right, "horizontal").cast("uchar").copy(interpretation="srgb")


def canvas_of(image: pyvips.Image, path: Path = Path("a.png")) -> Canvas:
    traits = Traits("PNG", image.width, image.height, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    return Canvas(image, path, traits, Metadata())


@pytest.mark.parametrize(("left", "lightness"), [(0, 100), (80, 0), (30, 50)])
def test_the_lightness_is_that_of_the_part(left: int, lightness: float) -> None:
    assert seen(canvas_of(halves(100, 50)), Box(left, 0, 20 if left != 30 else 40, 50))[1] == pytest.approx(
        lightness, abs=1
    )


def test_a_transparent_ground_counts_as_white() -> None:
    image = pyvips.Image.black(10, 10, bands=4).copy(interpretation="srgb")
    assert seen(canvas_of(image), Box(0, 0, 10, 10))[1] == pytest.approx(100, abs=1)


@pytest.mark.parametrize("size", [(200, 100), (3600, 2400)])
def test_a_streamed_picture_can_still_be_read_afterwards(size: tuple[int, int], tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    halves(*size).write_to_file(str(file), compression=1)
    streamed = pyvips.Image.new_from_file(str(file), access="sequential")
    right = Box(size[0] // 2 + 20, size[1] // 2, size[0] // 4, size[1] // 4)
    canvas, lightness = seen(canvas_of(streamed, file), right)
    assert lightness == pytest.approx(0, abs=2)
    assert canvas.image.avg() == pytest.approx(127.5)


def test_of_a_large_streamed_picture_with_another_frame_nothing_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    halves(3600, 2400).write_to_file(str(file), compression=1)
    whole = canvas_of(pyvips.Image.new_from_file(str(file), access="sequential"), file)
    cut = whole.painted(whole.image.crop(0, 0, 3600, 2300))
    assert seen(cut, Box(0, 0, 10, 10))[1] is None


def test_white_is_light_and_mid_grey_is_not() -> None:
    assert is_light(100)
    assert not is_light(50)
