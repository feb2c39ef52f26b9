import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.matching.aligning import aligned
from pictured.matching.orienting import Affine

Places = NDArray[np.float32]
SEEDS = st.integers(0, 2**32 - 1)


def features(count: int, random: np.random.Generator, extent: float = 256) -> Places:
    """Features that lie well apart, as those that are kept do."""
    cells = random.permutation(32 * 32)[:count]
    where = (np.stack([cells % 32, cells // 32], axis=1) + 0.5) * (extent / 32)
    sizes, angles = 2.0 ** random.uniform(1, 5, count), random.uniform(0, 360, count)
    return np.column_stack([where, sizes, angles]).astype(np.float32)


def moved(theirs: Places, affine: Affine, scale: float, turn: float) -> Places:
    where = theirs[:, :2] @ affine[:, :2].T + affine[:, 2]
    return np.column_stack([where, theirs[:, 2] * scale, (theirs[:, 3] + turn) % 360]).astype(np.float32)


def similarity(scale: float, turn: float, shift: tuple[float, float]) -> Affine:
    angle = np.radians(turn)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])


def jumbled(theirs: Places, ours: Places, random: np.random.Generator) -> tuple[Places, Places]:
    order = random.permutation(len(theirs))
    return theirs[order], ours[order]


@settings(max_examples=80, deadline=None)
@given(
    scale=st.floats(0.6, 4),
    turn=st.floats(0, 360),
    shift=st.tuples(st.floats(-200, 200), st.floats(-200, 200)),
    agreeing=st.integers(8, 60),
    others=st.integers(0, 60),
    seed=SEEDS,
)
def test_a_similarity_is_found_among_outliers(
    scale: float, turn: float, shift: tuple[float, float], agreeing: int, others: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    truth = similarity(scale, turn, shift)
    theirs = features(agreeing, random)
    ours = moved(theirs, truth, scale, turn)
    ours[:, :2] += random.normal(0, 0.4 * scale, (agreeing, 2))
    ours[:, 3] += random.normal(0, 3, agreeing)
    noise = features(others, random), features(others, random, 384)

    found = aligned(*jumbled(np.concatenate([theirs, noise[0]]), np.concatenate([ours, noise[1]]), random))

    assert found is not None
    assert found.inliers >= 0.8 * agreeing
    corners = np.array([[0, 0], [256, 0], [256, 256], [0, 256], [128, 128]]) @ np.eye(2)
    middle = theirs[:, :2].mean(axis=0)
    spread = theirs[:, :2].std(axis=0).min()
    if agreeing >= 20 and spread > 50:
        error = (corners @ found.affine[:, :2].T + found.affine[:, 2]) - (corners @ truth[:, :2].T + truth[:, 2])
        assert np.hypot(*error.T).max() < 8 * scale
    error = found.affine[:, :2] @ middle + found.affine[:, 2] - truth[:, :2] @ middle - truth[:, 2]
    assert np.hypot(*error) < 3 * scale


@pytest.mark.parametrize("squeeze", [0.8, 1.0, 1.25])
@pytest.mark.parametrize("shear", [-0.15, 0.15])
def test_a_squeezed_and_slanted_picture_is_found(squeeze: float, shear: float) -> None:
    random = np.random.default_rng(3)
    truth = np.array([[squeeze, shear, 12], [0, 1, -5]])
    theirs = features(60, random)
    noise = features(30, random), features(30, random)

    found = aligned(
        *jumbled(
            np.concatenate([theirs, noise[0]]),
            np.concatenate([moved(theirs, truth, squeeze**0.5, 0), noise[1]]),
            random,
        )
    )

    assert found is not None
    assert found.inliers >= 45
    corners = np.array([[0, 256, 256, 0], [0, 0, 256, 256], [1, 1, 1, 1]])
    assert np.hypot(*(found.affine - truth) @ corners).max() < 8


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 60), seed=SEEDS)
def test_features_at_random_hardly_agree(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)

    found = aligned(features(count, random), features(count, random, 384))

    assert found is None or found.inliers <= 7


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 30), seed=SEEDS)
def test_what_is_found_is_a_map_without_mirroring(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    some = random.uniform(0, 40, (2, count, 4)).astype(np.float32) + 1

    found = aligned(*some)

    if found is not None:
        assert found.affine.shape == (2, 3)
        assert np.isfinite(found.affine).all()
        assert np.linalg.det(found.affine[:, :2]) > 0
        assert found.inliers <= count


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_pairs_prove_nothing(count: int) -> None:
    theirs = features(count, np.random.default_rng(1))

    assert aligned(theirs, theirs) is None


def test_many_features_of_one_place_count_once() -> None:
    random = np.random.default_rng(2)
    theirs = np.repeat(features(4, random), 12, axis=0)
    theirs[:, 3] = random.uniform(0, 360, len(theirs))
    found = aligned(theirs, theirs)

    assert found is not None
    assert found.inliers == 4
    assert aligned(theirs[:12], theirs[:12]) is None


def test_features_on_a_line_prove_nothing() -> None:
    theirs = features(20, np.random.default_rng(4))
    theirs[:, 1] = 100

    assert aligned(theirs, theirs) is None


def test_a_mirrored_picture_is_no_similarity() -> None:
    theirs = features(60, np.random.default_rng(5))
    ours = theirs.copy()
    ours[:, 0] = 255 - theirs[:, 0]
    ours[:, 3] = (180 - theirs[:, 3]) % 360

    found = aligned(theirs, ours)

    assert found is None or found.inliers <= 7
