from pathlib import Path

import numpy as np
import pytest
import pyvips

from pictured.imaging.rendering.sampling import WHOLE, few_colours, held, is_graphic, pixels, sampled


def noise(height: int, width: int, bands: int = 3) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (height, width, bands), dtype=np.uint8)


def image(array: np.ndarray) -> pyvips.Image:
    return pyvips.Image.new_from_array(array)


def test_a_small_picture_is_looked_at_as_a_whole() -> None:
    sample = sampled(image(noise(100, 120)))
    assert sample.share == 1
    assert np.array_equal(pixels(sample.image), noise(100, 120))


@pytest.mark.parametrize(("height", "width"), [(2000, 3000), (300, 9000), (9000, 260)])
def test_of_a_large_picture_pieces_are_taken(height: int, width: int) -> None:
    ramp = pyvips.Image.xyz(width, height)[0].bandjoin([pyvips.Image.xyz(width, height)[1]] * 2)
    sample = sampled((ramp / 64).cast("uchar").copy(interpretation="srgb"))
    assert sample.image.width * sample.image.height <= WHOLE
    assert sample.share == pytest.approx(sample.image.width * sample.image.height / (width * height))
    seen = pixels(sample.image)
    assert np.ptp(seen[..., 0]) > min(width / 64, 255) * 0.4 or width < 512
    assert np.ptp(seen[..., 1]) > min(height / 64, 255) * 0.4 or height < 512


def test_of_an_animation_some_frames_are_taken_as_one_still_picture() -> None:
    frames = image(noise(400, 30)).copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 40)
    sample = sampled(frames)
    assert (sample.image.height, sample.share) == (160, 0.4)
    assert sample.image.get("page-height") == 160


def test_what_is_held_can_be_read_twice_although_its_source_cannot(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    image(noise(64, 64)).write_to_file(str(file))
    once = pyvips.Image.new_from_file(str(file), access="sequential")
    kept = held(once, tmp_path / "a.v")
    assert np.array_equal(kept.numpy(), kept.numpy())


@pytest.mark.parametrize(("bands", "shown"), [(1, 3), (2, 4), (3, 3), (4, 4)])
def test_pixels_are_rgb_with_alpha_where_there_is_any(bands: int, shown: int) -> None:
    kind = "b-w" if bands < 3 else "srgb"
    assert pixels(image(noise(8, 9, bands)).copy(interpretation=kind)).shape == (8, 9, shown)


def test_sixteen_bits_are_looked_at_with_eight() -> None:
    deep = image(noise(8, 8).astype(np.uint16) * 257).copy(interpretation="rgb16")
    assert np.array_equal(pixels(deep), noise(8, 8))


def test_flat_areas_make_a_graphic() -> None:
    drawn = np.full((60, 60, 3), 250, np.uint8)
    drawn[20:30, 20:40] = 10
    assert is_graphic(drawn)
    assert not is_graphic(noise(60, 60))


def test_colours_are_counted() -> None:
    few = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert few_colours(few)
    assert not few_colours(noise(40, 40))
