import socket
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from pictured.config.limits import Limits
from pictured.config.model import Config
from pictured.looks import Depth
from pictured.matching.settings import MatchingSettings
from pictured.service.settings import Settings, naming_of, shared_of


def test_it_holds_what_a_job_needs_and_does_not_change() -> None:
    settings = Settings(Limits(), MatchingSettings(depth=Depth.DEEP))

    assert settings.matching.depth is Depth.DEEP
    with pytest.raises(FrozenInstanceError):
        settings.limits = Limits()  # type: ignore[misc]


def test_an_index_is_shared_where_the_configuration_says_so(tmp_path: Path) -> None:
    plain = Config.model_validate({"folders": [{"path": tmp_path, "role": "library"}]})
    assert shared_of(None) is None
    assert shared_of(plain) is None
    assert naming_of(plain).machine == socket.gethostname()
    told = {"store": "postgresql://me:s3cret@server/db", "machine": "anna", "mounts": {"photos": tmp_path}}
    config = Config.model_validate(plain.model_dump(exclude_unset=True) | told)
    shared = shared_of(config)
    assert shared is not None
    assert (shared.url, shared.naming.machine) == (told["store"], "anna")
    assert shared.naming.mounts == (("photos", tmp_path.resolve()),)
    assert "s3cret" not in repr(config) + repr(Settings(Limits(), MatchingSettings(), shared))
