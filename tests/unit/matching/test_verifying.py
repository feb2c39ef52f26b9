from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from pictured.looks import Box
from pictured.matching.judging import agrees
from pictured.matching.orienting import Affine, inverse, product
from pictured.matching.verifying import Evidence, compared, unframed

Grey = NDArray[np.uint8]
Photo = Callable[[str], Image.Image]
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def small(image: Image.Image, long_side: int = 128) -> Grey:
    return np.asarray(ImageOps.contain(image.convert("L"), (long_side, long_side), Image.Resampling.LANCZOS))


def showing(copy: Grey, look: Grey, box: Box = WHOLE) -> Affine:
    """The map from pixels of a copy to pixels of a look that shows this box of it."""
    (height, width), (high, wide) = copy.shape, look.shape
    left, top, right, bottom = box
    shown = np.array(
        [[(right - left) * width, 0, left * width - 0.5], [0, (bottom - top) * height, top * height - 0.5]]
    )
    pixels = np.array([[1 / wide, 0, 0.5 / wide], [0, 1 / high, 0.5 / high]])
    return inverse(product(shown, pixels))


def seen(copy: Image.Image, look: Image.Image, box: Box = WHOLE, *, rough: bool = True) -> Evidence:
    thumb, pixels = small(copy), small(look, 384)
    evidence = compared(thumb, pixels, showing(thumb, pixels, box), rough=rough)
    assert evidence is not None
    return evidence


def gamma(image: Image.Image, exponent: float) -> Image.Image:
    return image.point([round(255 * (value / 255) ** exponent) for value in range(256)] * len(image.getbands()))


def noisy(image: Image.Image) -> Image.Image:
    values = np.asarray(image, np.float32)
    noise = np.random.default_rng(3).normal(0, 12, values.shape)
    return Image.fromarray(np.clip(values + noise, 0, 255).astype(np.uint8))


DAMAGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "none": lambda image: image,
    "small": lambda image: image.resize((120, 120)).resize(image.size),
    "dark": lambda image: gamma(image, 2.0),
    "light": lambda image: gamma(image, 0.55),
    "noisy": noisy,
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_agrees(photo: Photo, name: str, damage: str) -> None:
    evidence = seen(photo(name), DAMAGES[damage](photo(name)))

    # Where little but a dark sky is to be seen, its features have to prove it.
    assert agrees(evidence, 30)
    assert evidence.of_copy == pytest.approx(1, abs=0.02)
    assert evidence.drift < 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rough", [False, True])
def test_a_part_agrees_with_the_whole(photo: Photo, name: str, rough: bool) -> None:  # noqa: FBT001
    whole = photo(name)
    box = (0.1, 0.15, 0.8, 0.9)
    part = whole.crop(tuple(round(side * length) for side, length in zip(box, whole.size * 2, strict=True)))

    evidence = seen(whole, part, box, rough=rough)

    assert agrees(evidence, 30)
    assert evidence.of_copy == pytest.approx(0.7 * 0.75, abs=0.03)
    assert evidence.of_look == pytest.approx(1, abs=0.03)


def test_a_wrong_guess_is_made_right(photo: Photo) -> None:
    thumb, pixels = small(photo("astronaut")), small(photo("astronaut"), 384)
    truth = showing(thumb, pixels)
    guess = product(truth, np.array([[1.02, 0, 3], [0, 0.98, -2]]))

    evidence = compared(thumb, pixels, guess, rough=True)

    assert evidence is not None
    assert agrees(evidence, 0)
    assert evidence.affine == pytest.approx(truth, abs=0.6)
    assert 1 < evidence.drift < 6


def test_no_photograph_agrees_with_another(photo: Photo) -> None:
    for one in NAMES:
        for other in NAMES:
            thumb, pixels = small(photo(one)), small(photo(other), 384)
            evidence = compared(thumb, pixels, showing(thumb, pixels), rough=True)
            assert one == other or evidence is None or not agrees(evidence, 0), (one, other)


def page(seed: int) -> Image.Image:
    random = np.random.default_rng(seed)
    sheet = np.full((640, 640), 250, np.uint8)
    for top in range(60, 580, 26):
        left = 60
        while left < 560:
            right = min(580, left + int(random.integers(10, 70)))
            sheet[top : top + 12, left:right] = 40
            left = right + 9
    return Image.fromarray(sheet)


def test_pages_with_other_words_are_other_pages() -> None:
    """Hard negatives: the same layout, so nearly the same hash, and other lines."""
    for seed in range(1, 12):
        assert not agrees(seen(page(0), page(seed)), 10)
    assert agrees(seen(page(0), page(0)), 0)


def swaying(image: Image.Image, amount: float) -> Image.Image:
    """The same scene from a little further to the side: nearer things have moved by more."""
    picture = np.asarray(image.convert("L"))
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    across = columns + amount * picture.shape[1] * np.sin(rows / 40) * np.cos(columns / 55)
    return Image.fromarray(np.asarray(cv2.remap(picture, across, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)))


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "china"])
def test_a_small_motion_is_told_from_a_poor_copy(photo: Photo, name: str) -> None:
    moved = seen(photo(name), swaying(photo(name), 0.008))

    for damage in ("small", "noisy", "blurred"):
        still = seen(photo(name), DAMAGES[damage](photo(name)))
        assert moved.shift > still.shift
        assert moved.shift * moved.explained > 2 * still.shift * still.explained


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "china"])
def test_a_thing_that_moved_is_told_from_a_thing_that_was_covered(photo: Photo, name: str) -> None:
    base = photo(name).resize((480, 480))
    thing = Image.fromarray(np.random.default_rng(8).integers(0, 256, (20, 20), np.uint8)).resize((140, 140))
    scenes = []
    for left in (160, 180):
        scene = base.convert("L")
        scene.paste(thing, (left, 170))
        scenes.append(scene)
    covered = base.convert("L")
    ImageDraw.Draw(covered).rectangle((160, 170, 300, 310), "black")

    assert seen(*scenes).displaced > 0.3
    assert seen(base, covered).displaced < 0.3
    assert seen(base, base).displaced == 0


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("rough", [False, True])
def test_plain_surfaces_prove_nothing(value: int, photo: Photo, rough: bool) -> None:  # noqa: FBT001
    plain, picture = np.full((96, 128), value, np.uint8), small(photo("coffee"))

    for one, other in ((plain, plain), (plain, picture), (picture, plain)):
        evidence = compared(one, other, showing(one, other), rough=rough)
        assert evidence is None or not agrees(evidence, 0)


def test_gradients_prove_nothing() -> None:
    across = np.tile(np.linspace(0, 255, 128).astype(np.uint8), (96, 1))

    evidence = compared(across, across, showing(across, across), rough=True)

    assert evidence is None or evidence.textured < 8 or not agrees(evidence, 0)


def test_pictures_that_do_not_overlap_cannot_be_compared(photo: Photo) -> None:
    picture = small(photo("coffee"))

    assert compared(picture, picture, np.array([[1.0, 0, 500], [0, 1, 0]]), rough=True) is None
    assert compared(picture, picture, np.zeros((2, 3)), rough=True) is None


@settings(max_examples=60, deadline=None)
@given(
    shapes=st.tuples(*[st.tuples(st.integers(1, 128), st.integers(1, 128))] * 2),
    linear=st.lists(st.floats(-4, 4), min_size=4, max_size=4),
    shift=st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
    rough=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_pictures_and_any_guess_give_evidence_within_its_ranges(
    shapes: tuple[tuple[int, int], tuple[int, int]],
    linear: list[float],
    shift: tuple[float, float],
    rough: bool,  # noqa: FBT001
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    one, other = (random.integers(0, 256, shape, np.uint8) for shape in shapes)

    evidence = compared(one, other, np.column_stack([np.array(linear).reshape(2, 2), shift]), rough=rough)

    if evidence is not None:
        assert -1.001 <= evidence.worst <= evidence.low <= evidence.middle <= 1.001
        assert -1.001 <= evidence.correlation <= 1.001
        assert 0 <= evidence.alike <= 1
        assert 0 <= evidence.displaced <= 1
        assert 0 <= evidence.ground <= 1
        assert -1.001 <= evidence.lowest <= 1.001
        assert evidence.peak >= 0
        assert 0 < evidence.textured <= 64
        assert evidence.shift >= 0
        assert np.isfinite(evidence.affine).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sides", [(40, 0, 40, 0), (0, 40, 0, 40), (30, 30, 30, 30)])
def test_a_border_is_no_part_of_what_is_shown(photo: Photo, name: str, sides: tuple[int, int, int, int]) -> None:
    picture = photo(name).resize((400, 300))
    bordered = ImageOps.expand(picture, sides, "white")

    share = 400 * 300 / (bordered.width * bordered.height)
    assert unframed(small(bordered)) == pytest.approx(share * unframed(small(picture)), abs=0.1)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "china", "flower"])
def test_a_photograph_has_no_border(photo: Photo, name: str) -> None:
    assert unframed(small(photo(name))) > 0.97


@pytest.mark.parametrize("shape", [(1, 1), (1, 128), (96, 128)])
def test_a_plain_picture_is_all_picture(shape: tuple[int, int]) -> None:
    assert unframed(np.full(shape, 9, np.uint8)) == 1
