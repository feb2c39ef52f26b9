import pytest
from pydantic import ValidationError

from pictured.config.limits import Limits


def test_limits_are_written_with_units() -> None:
    limits = Limits.model_validate({"workers": 2, "time": "2min", "memory": "1GB", "forget": "30d"})
    assert (limits.workers, limits.time, limits.memory, limits.forget) == (2, 120.0, 10**9, 30 * 86400.0)


@pytest.mark.parametrize("fault", [{"workers": 0}, {"time": "1ms"}, {"memory": "1MB"}, {"megapixels": 0}, {"queue": 1}])
def test_limits_under_which_nothing_could_be_read_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate(fault)
