import pytest

from pictured.matching.scales import SCALES, Better, Measure


def test_every_measure_has_a_scale() -> None:
    assert set(SCALES) == set(Measure)
    assert all(scale.least < scale.most for scale in SCALES.values())


@pytest.mark.parametrize("measure", Measure)
def test_distances_and_errors_are_better_when_lower(measure: Measure) -> None:
    likeness = {Measure.SSIM, Measure.CORRELATION, Measure.INLIERS, Measure.CONFIDENCE}
    assert SCALES[measure].better is (Better.HIGHER if measure in likeness else Better.LOWER)
