import pytest
from pydantic import ValidationError

from pictured.actions.orient import Orient
from pictured.imaging import operations


def test_it_takes_no_settings() -> None:
    assert Orient(action="orient").operation({}) == operations.Orient()
    with pytest.raises(ValidationError):
        Orient.model_validate({"action": "orient", "angle": 90})
