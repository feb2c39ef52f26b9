import pytest

from pictured.config.limits import Limits
from pictured.service.health import Vitals, ailment, longest_turn

LONGEST = 100.0


@pytest.mark.parametrize(
    "vitals",
    [
        Vitals(1000.0),
        Vitals(1000.0, deaf=950.0),
        Vitals(1000.0, advanced=900.0),
    ],
)
def test_it_is_well_while_everything_goes_on_or_may_still_mend_itself(vitals: Vitals) -> None:
    assert ailment(vitals, LONGEST) is None


def test_threads_that_stay_dead_are_an_ailment() -> None:
    assert "report changes died" in (ailment(Vitals(1000.0, deaf=900.0), LONGEST) or "")


def test_a_line_that_is_stuck_beyond_its_limits_is_an_ailment() -> None:
    told = ailment(Vitals(1000.0, advanced=850.0), LONGEST)
    assert told == "no file went on for 150 s, although the limits allow 100 s"


def test_the_longest_turn_grows_with_the_limits_and_the_rules() -> None:
    usual = longest_turn(Limits(), 0)
    assert usual > 4 * Limits().time
    assert longest_turn(Limits(time=600.0), 0) - usual == 4 * 540.0
    assert longest_turn(Limits(), 3) - usual == 3 * Limits().rendering_time
