from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.imaging.drawing.saving import Rendering, Turn, save


@pytest.fixture
def picture() -> np.ndarray:
    """Bright on the left, 90 x 60."""
    return np.repeat(np.linspace(255, 0, 90).astype(np.uint8)[None, :, None], 60, axis=0).repeat(3, axis=2)


@pytest.mark.parametrize("turn", Turn)
def test_the_file_has_the_size_that_is_told(picture: np.ndarray, turn: Turn, tmp_path: Path) -> None:
    rendering = Rendering(45, 80, turn)
    save(picture, rendering, tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as image:
        assert (image.format, image.size) == ("JPEG", rendering.size)


@pytest.mark.parametrize(("turn", "corner"), [(Turn.NONE, (0, 0)), (Turn.MIRRORED, (0, 44)), (Turn.QUARTER, (44, 0))])
def test_turning_takes_the_bright_side_along(
    picture: np.ndarray, turn: Turn, corner: tuple[int, int], tmp_path: Path
) -> None:
    save(picture, Rendering(45, 90, turn), tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as image:
        assert np.asarray(image)[corner][0] > 235


def test_a_lower_quality_gives_a_smaller_file(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 90, 3)).astype(np.uint8)
    for quality in (30, 90):
        save(noise, Rendering(90, quality), tmp_path / f"{quality}.jpg")
    assert (tmp_path / "30.jpg").stat().st_size < (tmp_path / "90.jpg").stat().st_size / 2
