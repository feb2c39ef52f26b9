import pytest
import pyvips

from pictured.imaging.rendering.dressing import DARK, PALE, Dress, dressed, opposite, repeated


def bar(width: int = 40, height: int = 10) -> pyvips.Image:
    return (pyvips.Image.black(width, height) + 255).cast("uchar").copy(interpretation="b-w")


def test_without_an_effect_the_drawing_is_the_shape() -> None:
    mark = dressed(bar(), 10, Dress((255, 0, 0), DARK, "none", 1, 0))
    assert (mark.image.width, mark.image.height, mark.bleed) == (40, 10, 0)
    assert mark.image(20, 5) == [255, 0, 0, 255]


@pytest.mark.parametrize("effect", ["shadow", "outline"])
def test_an_effect_surrounds_the_shape_and_fades_out_within_the_bleed(effect: str) -> None:
    mark = dressed(bar(), 40, Dress(PALE, DARK, effect, 1, 0))
    middle = mark.bleed + 5
    assert mark.image.width == 40 + 2 * mark.bleed
    assert mark.image(mark.bleed + 20, middle) == [255, 255, 255, 255]
    beside = mark.image(mark.bleed - 1, middle)
    assert beside[3] > 100
    assert beside[0] < 40
    assert mark.image(0, middle)[3] < 12


@pytest.mark.parametrize(("rotation", "size"), [(90, (10, 40)), (-90, (10, 40)), (180, (40, 10)), (360, (40, 10))])
def test_quarters_turn_without_resampling(rotation: float, size: tuple[int, int]) -> None:
    mark = dressed(bar(), 10, Dress(PALE, DARK, "none", 1, rotation))
    assert (mark.image.width, mark.image.height) == size
    assert mark.image[3].min() == 255


def test_it_turns_counter_clockwise() -> None:
    half = bar(20).join(bar(20) * 0, "horizontal").cast("uchar")
    upright = dressed(half, 10, Dress(PALE, DARK, "none", 1, 90)).image[3]
    # What was left is below.
    assert upright(5, 35) == [255]
    assert upright(5, 5) == [0]
    slanted = dressed(half, 10, Dress(PALE, DARK, "none", 1, 30)).image[3]
    across, down = slanted.width // 2, slanted.height // 2
    assert slanted.crop(0, down, across, down).avg() > 4 * slanted.crop(across, 0, across, down).avg()


def test_a_shape_that_was_drawn_larger_comes_out_at_its_size() -> None:
    mark = dressed(bar(80, 20), 20, Dress(PALE, DARK, "none", 1, 30), reduce=2)
    assert mark.image.width == pytest.approx(40 * 0.866 + 10 * 0.5, abs=2)


def test_opposite_tones_set_off() -> None:
    assert opposite((255, 255, 0)) == DARK
    assert opposite((0, 0, 255)) == PALE


def test_rows_are_repeated_and_shifted_by_half_a_step() -> None:
    many = repeated(bar(10, 10), 10, 65, 45)
    assert (many.width, many.height) == (65, 45)
    assert many(32, 22) == [255]
    assert many(32, 2) == [0]
    assert many(22, 2) == many(42, 42) == [255]
