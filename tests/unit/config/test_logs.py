from pathlib import Path

import pytest
from pydantic import ValidationError

from pictured.config.logs import Logging


def test_a_log_file_is_optional_and_bounded() -> None:
    assert Logging().file is None
    logging = Logging.model_validate({"file": "/var/log/pictured.log", "max_bytes": "1MB", "level": "debug"})
    assert (logging.file, logging.max_bytes, logging.level) == (Path("/var/log/pictured.log"), 1_000_000, "debug")


@pytest.mark.parametrize("fault", [{"level": "loud"}, {"max_bytes": 1}, {"keep": 0}])
def test_what_cannot_be_meant_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Logging.model_validate(fault)
