import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from pictured.quantities import ByteCount, Seconds, byte_count, seconds


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)

    wait: Seconds = 0.0
    room: ByteCount = 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500ms", 0.5), ("5s", 5), ("1.5 min", 90), ("2m", 120), ("1h", 3600), ("1d", 86400), (" 3 S ", 3), ("0s", 0),
    ],
)  # fmt: skip
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)
    assert Model.model_validate({"wait": text}).wait == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("10b", 10), ("64kB", 64_000), ("512 MB", 512_000_000), ("2GiB", 2**31), ("1.5KiB", 1536), ("0.1 kb", 100)],
)
def test_sizes(text: str, value: int) -> None:
    assert byte_count(text) == value
    assert isinstance(byte_count(text), int)
    assert Model.model_validate({"room": text}).room == value


@pytest.mark.parametrize("text", ["", "5", "s", "5 parsecs", "-5s", "5s5s", "1e3s", "5 s.", "\u0665s\u0665"])
def test_what_is_no_quantity_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a duration such as"):
        Model.model_validate({"wait": text})
    with pytest.raises(ValidationError, match="expected a size such as"):
        Model.model_validate({"room": text.replace("s", "kb") if text.endswith("s5s") else text})


@pytest.mark.parametrize("value", [-1, "abc", None, [], float("nan")])
def test_negative_and_other_values_are_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Model.model_validate({"wait": value})
    with pytest.raises(ValidationError):
        Model.model_validate({"room": value})


@given(st.integers(0, 10**9).map(lambda number: number / 1000) | st.integers(0, 10**7).map(float))
def test_durations_go_round_through_what_is_published(value: float) -> None:
    written = Model(wait=value).model_dump(mode="json")["wait"]

    assert seconds(written) == pytest.approx(value, rel=1e-5, abs=1e-6)


@given(st.integers(0, 10**7))
def test_whole_seconds_go_round_exactly(value: int) -> None:
    assert seconds(Model(wait=value).model_dump(mode="json")["wait"]) == value
