import numpy as np
import pytest

from pictured.marking.adding import added, likeness, step


@pytest.mark.parametrize(
    ("shape", "kind"), [((40, 50), "uint8"), ((40, 50, 3), "uint8"), ((40, 50, 4), "uint16"), ((40, 50, 2), "uint8")]
)
def test_every_colour_changes_alike_and_alpha_does_not(shape: tuple[int, ...], kind: str) -> None:
    unit = 257 if kind == "uint16" else 1
    picture = np.full(shape, 100 * unit, kind)
    marked, error = added(picture, np.full((40, 50), 2.0, np.float32))
    assert marked.shape == shape
    assert marked.dtype == picture.dtype
    colours = 1 if len(shape) == 2 or shape[2] < 3 else 3
    flat = marked.reshape(40, 50, -1)
    assert (flat[..., :colours] == 102 * unit).all()
    assert (flat[..., colours:] == 100 * unit).all()
    assert error == pytest.approx(4)


def test_a_change_is_enlarged_to_the_picture() -> None:
    marked, _ = added(np.full((80, 100), 100, np.uint8), np.full((40, 50), 3.0, np.float32))
    assert (marked == 103).all()


def test_nothing_leaves_the_range() -> None:
    marked, error = added(np.full((10, 10), 254, np.uint8), np.full((10, 10), 9.0, np.float32))
    assert (marked == 255).all()
    assert error == 1


def test_the_picture_that_was_given_stays() -> None:
    picture = np.full((10, 10, 3), 7, np.uint8)
    added(picture, np.ones((10, 10), np.float32))
    assert (picture == 7).all()


def test_the_likeness_of_a_large_picture_is_near_that_of_all_of_it() -> None:
    rng = np.random.default_rng(0)
    whole = rng.uniform(60, 190, (400, 300)).astype(np.float32)
    change = rng.normal(0, 6, (200, 150)).astype(np.float32)
    seen = likeness(whole, change, 1.0)
    assert 0.95 < seen < 0.9999
    assert likeness(whole, 2 * change, 1.0) < seen


def test_steps() -> None:
    assert step(np.zeros(1, np.uint8)) == 1
    assert step(np.zeros(1, np.float32)) == 0
