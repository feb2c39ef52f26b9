import sys
from pathlib import Path

import pytest

from pictured.service.diagnosis.finding import State
from pictured.service.diagnosis.installation import installed, program_of
from pictured.service.units import Installation, agent, system_unit, user_unit

FILE = Path("/etc/systemd/system/pictured.service")


def unit(program: str) -> str:
    return system_unit(Installation((program, "-P"), Path("/c"), Path("/s"), Path("/l")))


@pytest.mark.parametrize("program", ["/usr/bin/python3", "/with a space/100%/python"])
def test_the_program_is_found_in_every_kind_of_service_file(program: str) -> None:
    place = Installation((program, "-P"), Path("/c"), Path("/s"), Path("/l"))
    for write in (system_unit, user_unit, agent):
        assert program_of(write(place)) == Path(program)


@pytest.mark.parametrize(
    "text", ["", "[Service]\n", 'ExecStart="open', "<?xml nonsense", "<?xml version='1.0'?><plist/>"]
)
def test_a_file_that_names_no_program_is_noted(text: str) -> None:
    assert program_of(text) is None
    assert [finding.state for finding in installed(FILE, text, "")] == [State.NOTE]


def test_a_program_that_is_gone_is_wrong() -> None:
    (found,) = installed(FILE, unit("/gone/python"), unit("/gone/python"))
    assert found.state is State.WRONG
    assert "/gone/python" in found.text


def test_an_up_to_date_file_is_good_an_older_one_noted_and_none_is_nothing() -> None:
    text = unit(sys.executable)
    assert [finding.state for finding in installed(FILE, text, text)] == [State.GOOD]
    assert [finding.state for finding in installed(FILE, text, unit("/bin/sh"))] == [State.NOTE]
    assert list(installed(FILE, None, text)) == []
