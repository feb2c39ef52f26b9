import dataclasses

import pytest

from pictured.imaging.limits import DecodingLimits


def test_limits_are_values() -> None:
    limits = DecodingLimits(pixels=10, memory=20)
    assert limits == DecodingLimits(10, 20)
    with pytest.raises(dataclasses.FrozenInstanceError):
        limits.pixels = 11  # type: ignore[misc]
