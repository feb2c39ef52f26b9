from dataclasses import replace
from pathlib import Path

from pictured.service.hardening import EVERYWHERE, NAMESPACES, NETWORKED, NETWORKLESS, SOCKETS
from pictured.service.units import Installation, system_unit, user_unit

PLACE = Installation(("/bin/p",), Path("/c"), Path("/s"), Path("/l"))


def test_nothing_is_forbidden_twice_and_everything_has_its_reason() -> None:
    lines = [line for _, line in (*EVERYWHERE, *NAMESPACES)]
    assert len(set(lines)) == len(lines)
    assert all(why for why, _ in (*EVERYWHERE, *NAMESPACES))


def test_the_filter_of_system_calls_first_allows_and_then_takes_away() -> None:
    filters = [line for _, line in EVERYWHERE if line.startswith("SystemCallFilter=")]
    assert [line.startswith("SystemCallFilter=~") for line in filters] == [False, True]


def test_a_persons_unit_needs_no_namespace() -> None:
    system, person = system_unit(PLACE).splitlines(), user_unit(PLACE).splitlines()
    assert all(line in system for _, line in (*EVERYWHERE, *NAMESPACES))
    assert all(line in person for _, line in EVERYWHERE)
    assert not any(line in person for _, line in NAMESPACES)


def test_only_who_shares_an_index_may_use_the_network() -> None:
    shared = replace(PLACE, networked=True)
    for write in (system_unit, user_unit):
        alone, among = write(PLACE).splitlines(), write(shared).splitlines()
        assert SOCKETS[1] in alone
        assert SOCKETS[1] not in among
        assert [line for line in among if line.startswith("RestrictAddressFamilies=")] == [NETWORKED[1]]
        assert not any(line in among for _, line in NETWORKLESS)
        assert len(alone) >= len(among)
