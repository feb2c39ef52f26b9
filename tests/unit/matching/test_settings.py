import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pictured.looks import Depth
from pictured.matching.scales import SCALES, Measure
from pictured.matching.settings import Limit, MatchingSettings, meets


def test_without_settings_pictures_are_matched_at_normal_depth_without_limits() -> None:
    settings = MatchingSettings.model_validate({})
    assert settings == MatchingSettings(depth=Depth.NORMAL, marr=False, measures={})


def test_limits_are_written_by_measure() -> None:
    settings = MatchingSettings.model_validate(
        {"depth": "deep", "marr": True, "measures": {"ssim": {"at_least": 0.6}, "marr_distance": {"at_most": 170}}}
    )
    assert settings.depth is Depth.DEEP
    assert settings.measures == {Measure.SSIM: Limit(at_least=0.6), Measure.MARR_DISTANCE: Limit(at_most=170)}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"depth": "deeper"}, "depth"),
        ({"marr": "maybe"}, "marr"),
        ({"measure": {}}, "measure"),
        ({"measures": {"psnr": {"at_least": 30}}}, "'quadratic_chi'"),
        ({"measures": {"ssim": {}}}, "give at_least, at_most or both"),
        ({"measures": {"ssim": 0.6}}, "ssim"),
        ({"measures": {"ssim": {"at_lest": 0.6}}}, "at_lest"),
        ({"measures": {"ssim": {"at_least": 0.8, "at_most": 0.7}}}, "at_least 0.8 is more than at_most 0.7"),
        ({"measures": {"ssim": {"at_least": float("nan")}}}, "at_least"),
        ({"measures": {"inliers": {"at_least": float("inf")}}}, "at_least"),
        ({"measures": {"ssim": {"at_least": 1.1}}}, "ssim goes from -1 to 1; at_least 1.1 is outside"),
        ({"measures": {"mse": {"at_most": -1}}}, "mse goes from 0 to 65025; at_most -1 is outside"),
        ({"measures": {"phash_distance": {"at_most": 257}}}, "phash_distance goes from 0 to 256"),
        ({"measures": {"inliers": {"at_least": -3}}}, "inliers goes from 0 to inf"),
        ({"measures": {"marr_distance": {"at_most": 170}}}, "add `marr: true`"),
    ],
)
def test_what_cannot_be_meant_is_refused(fault: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError) as raised:
        MatchingSettings.model_validate(fault)
    assert reason in str(raised.value)


@pytest.mark.parametrize("end", ["least", "most"])
@pytest.mark.parametrize("measure", Measure)
def test_the_ends_of_a_scale_are_on_it(measure: Measure, end: str) -> None:
    value = min(getattr(SCALES[measure], end), 1e300)
    settings = MatchingSettings.model_validate({"marr": True, "measures": {measure.value: {"at_most": value}}})
    assert settings.measures[measure].at_most == value


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_both_ends_of_a_limit_are_accepted_and_nothing_beyond(first: float, second: float, value: float) -> None:
    low, high = sorted((min(max(first, -1e300), 1e300), min(max(second, -1e300), 1e300)))
    both = Limit(at_least=low, at_most=high)
    assert both.accepts(low)
    assert both.accepts(high)
    assert both.accepts(value) == (low <= value <= high)
    assert both.accepts(value) == (Limit(at_least=low).accepts(value) and Limit(at_most=high).accepts(value))


def test_a_match_keeps_all_limits_or_is_not_claimed() -> None:
    limits = {Measure.SSIM: Limit(at_least=0.6), Measure.MSE: Limit(at_most=900)}
    assert meets(limits, {"ssim": 0.6, "mse": 900, "norm1": 12})
    assert not meets(limits, {"ssim": 0.59, "mse": 900})
    assert not meets(limits, {"ssim": 0.6, "mse": 901})
    assert meets({}, {"ssim": -1})
    assert meets({}, {})


@pytest.mark.parametrize("limit", [Limit(at_least=0), Limit(at_most=576), Limit(at_least=0, at_most=576)])
def test_a_value_that_is_missing_or_no_number_keeps_no_limit(limit: Limit) -> None:
    assert not meets({Measure.MARR_DISTANCE: limit}, {"ssim": 1})
    assert not meets({Measure.MARR_DISTANCE: limit}, {"marr_distance": float("nan")})


def test_every_field_is_described_and_every_measure_named() -> None:
    for model in (MatchingSettings, Limit):
        assert all(field.description for field in model.model_fields.values())
    described = MatchingSettings.model_fields["measures"].description
    assert described is not None
    assert all(f"`{measure}`" in described for measure in Measure)
