from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from pictured.matching.orienting import SIDE
from pictured.matching.verifying import Evidence, compared, confidence, proves

Thumb = NDArray[np.uint8]
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
GOOD = Evidence(np.eye(2, 3, dtype=np.float32), 0.99, 0.98, 0.95, 36, 1.0)


def small(image: Image.Image) -> Thumb:
    return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def shifted(pixels: float) -> NDArray[np.float32]:
    return np.array([[1, 0, pixels], [0, 1, 0]], np.float32)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda image: image.resize((90, 90)).resize(image.size),
        lambda image: ImageEnhance.Brightness(image).enhance(0.7),
        lambda image: ImageEnhance.Contrast(image).enhance(1.3),
        lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    ],
    ids=["small", "dark", "contrast", "blurred"],
)
def test_a_damaged_copy_is_proven(
    photo: Callable[[str], Image.Image], name: str, damage: Callable[[Image.Image], Image.Image]
) -> None:
    evidence = compared(small(photo(name)), small(damage(photo(name))))

    assert evidence is not None
    assert proves(evidence, 30)
    assert 0.6 < confidence(evidence) <= 0.99


@pytest.mark.parametrize("name", [name for name in NAMES if name != "rocket"])
def test_a_copy_that_lost_two_edges_is_proven(photo: Callable[[str], Image.Image], name: str) -> None:
    whole = photo(name)
    cut = whole.crop((whole.width // 25, 0, whole.width, whole.height - whole.height // 25))

    evidence = compared(small(whole), small(cut))

    assert evidence is not None
    assert proves(evidence, 100)
    assert evidence.drift > 1.5


def test_no_photograph_proves_another(photo: Callable[[str], Image.Image]) -> None:
    for one in NAMES:
        for other in NAMES:
            evidence = compared(small(photo(one)), small(photo(other)))
            assert one == other or evidence is None or not proves(evidence, 20), (one, other)


def test_pages_with_other_words_are_other_pages() -> None:
    """Hard negatives: the same layout, so nearly the same hash, and other lines."""

    def page(seed: int) -> Thumb:
        random = np.random.default_rng(seed)
        sheet = np.full((640, 640), 250, np.uint8)
        for top in range(60, 580, 26):
            left = 60
            while left < 560:
                right = min(580, left + int(random.integers(10, 70)))
                sheet[top : top + 12, left:right] = 40
                left = right + 9
        return small(Image.fromarray(sheet))

    for seed in range(1, 12):
        evidence = compared(page(0), page(seed))
        assert evidence is None or not proves(evidence, 10)
    itself = compared(page(0), page(0))
    assert itself is not None
    assert proves(itself, 0)


def test_one_changed_object_in_a_drawing_is_seen() -> None:
    def drawing(left: int) -> Thumb:
        sheet = np.full((SIDE, SIDE), 200, np.uint8)
        sheet[20:40, left : left + 14] = 30
        return sheet

    evidence = compared(drawing(8), drawing(40))

    assert evidence is None or not proves(evidence, 10)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_plain_surfaces_prove_nothing(value: int, photo: Callable[[str], Image.Image]) -> None:
    plain = np.full((SIDE, SIDE), value, np.uint8)

    assert compared(plain, plain) is None
    assert compared(plain, small(photo("coffee"))) is None
    assert compared(small(photo("coffee")), plain) is None


def test_a_gradient_proves_nothing() -> None:
    across = np.tile(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, 1))

    evidence = compared(across, across[::-1].copy())

    assert evidence is None or not proves(evidence, 0)


def test_a_shift_is_found_and_measured(photo: Callable[[str], Image.Image]) -> None:
    whole = small(photo("astronaut"))

    evidence = compared(whole, np.roll(whole, 3, axis=1))

    assert evidence is not None
    assert evidence.warp[0, 2] == pytest.approx(3, abs=0.4)
    assert evidence.drift == pytest.approx(3, abs=0.4)
    assert evidence.overlap < 1


@pytest.mark.parametrize(
    ("fault", "distance"),
    [
        ({"correlation": 0.69}, 0),
        ({"textured": 5}, 0),
        ({"overlap": 0.69}, 0),
        ({"middle": 0.59}, 64),
        ({"low": 0.34}, 64),
        ({"middle": 0.79}, 65),
        ({"textured": 19, "middle": 0.89}, 0),
        ({"textured": 19}, 49),
        ({"textured": 19, "warp": shifted(1.1)}, 0),
        ({"warp": shifted(10.5)}, 0),
        ({"warp": np.array([[1.35, 0, 0], [0, 1, 0]], np.float32)}, 0),
        ({"warp": np.array([[1, 0.25, 0], [0, 1, 0]], np.float32)}, 0),
    ],
)
def test_each_limit_holds(fault: dict[str, object], distance: int) -> None:
    assert proves(GOOD, distance)
    assert not proves(replace(GOOD, **fault), distance)  # type: ignore[arg-type]


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_confidence_is_never_that_of_equal_bytes(middle: float, low: float) -> None:
    assert 0 <= confidence(replace(GOOD, middle=middle, low=low)) <= 0.99


@given(st.integers(0, 256), st.integers(0, 256))
def test_a_nearer_hash_never_needs_more_proof(one: int, other: int) -> None:
    near, far = sorted((one, other))
    for evidence in (GOOD, replace(GOOD, middle=0.7, low=0.5), replace(GOOD, textured=12)):
        assert proves(evidence, near) or not proves(evidence, far)
