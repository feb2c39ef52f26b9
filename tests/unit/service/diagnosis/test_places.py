import os
import sys
from pathlib import Path

import pytest

from pictured.flow import Role
from pictured.service.diagnosis.finding import Finding, State
from pictured.service.diagnosis.places import kept, watched, written
from pictured.watching.settings import FolderSettings

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: /proc tells of mounts and watches")
as_somebody = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")


def states(findings: list[Finding]) -> list[tuple[str, State]]:
    return [(finding.subject, finding.state) for finding in findings]


def folder(path: Path, role: Role = Role.LIBRARY) -> FolderSettings:
    return FolderSettings(path=path, role=role)


@on_linux
def test_a_folder_that_is_there_is_good_and_its_folders_are_held_against_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    found = list(watched([folder(tmp_path), folder(tmp_path / "x", Role.IGNORE)]))
    assert states(found) == [("folder", State.GOOD), ("watches", State.GOOD)]
    assert found[0].text == f"{tmp_path} is there, with 2 folders in it"
    assert found[1].text.startswith("3 folders are to be watched")


def test_a_folder_that_is_not_there_is_wrong_and_says_what_to_do(tmp_path: Path) -> None:
    (found,) = watched([folder(tmp_path / "gone")])
    assert found.state is State.WRONG
    assert "connect its drive" in (found.advice or "")


def test_a_folder_that_is_polled_needs_no_watches(tmp_path: Path) -> None:
    (found,) = watched([FolderSettings(path=tmp_path, role=Role.QUERY, watch="poll", poll_interval=5.0)])
    assert (found.state, found.text) == (State.GOOD, f"{tmp_path} is there and is compared every 5 s, as configured")


@as_somebody
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    found = next(iter(watched([folder(tmp_path)])))
    assert (found.state, str(tmp_path / "closed") in found.text) == (State.NOTE, True)


def test_a_destination_that_is_still_to_be_made_is_judged_by_where_it_will_be(tmp_path: Path) -> None:
    (found,) = written([tmp_path / "new/best"])
    assert found.state is not State.WRONG
    assert found.text.startswith(f"{tmp_path / 'new/best'} can be written, with ")


def test_a_file_in_place_of_a_destination_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "best").touch()
    (found,) = written([tmp_path / "best/deep"])
    assert (found.state, found.text) == (State.WRONG, f"{tmp_path / 'best'} is not a folder")


@as_somebody
def test_a_destination_that_may_not_be_written_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "best").mkdir(mode=0o500)
    (found,) = written([tmp_path / "best"])
    assert (found.state, found.text) == (State.WRONG, f"{tmp_path / 'best'} may not be written")


def test_a_state_folder_that_others_may_enter_is_noted(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    (tmp_path / "state").chmod(0o755)
    found = list(kept(tmp_path / "state"))
    assert found[-1].advice == f"run: chmod 700 {tmp_path / 'state'}"
    (tmp_path / "state").chmod(0o700)
    assert len(list(kept(tmp_path / "state"))) == len(found) - 1
