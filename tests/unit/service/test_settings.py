from dataclasses import FrozenInstanceError

import pytest

from pictured.config.limits import Limits
from pictured.looks import Depth
from pictured.matching.settings import MatchingSettings
from pictured.service.settings import Settings


def test_it_holds_what_a_job_needs_and_does_not_change() -> None:
    settings = Settings(Limits(), MatchingSettings(depth=Depth.DEEP))

    assert settings.matching.depth is Depth.DEEP
    with pytest.raises(FrozenInstanceError):
        settings.limits = Limits()  # type: ignore[misc]
