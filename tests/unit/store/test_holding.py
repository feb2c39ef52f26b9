import os
import subprocess
import sys
from pathlib import Path

import pytest

from pictured.errors import StoreError
from pictured.store.holding import hold, holder, make_private

HOLDING = """
import sys
from pathlib import Path
from pictured.store.holding import hold
print("held" if hold(Path(sys.argv[1])) else "refused", flush=True)
sys.stdin.read()
"""


def other(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_a_second_holder_gets_nothing_until_the_first_was_killed(tmp_path: Path) -> None:
    with other(tmp_path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        assert hold(tmp_path) is None
        assert holder(tmp_path) == first.pid
        first.kill()
        first.wait()
        held = hold(tmp_path)
    assert held is not None
    assert holder(tmp_path) == os.getpid()
    held.release()


def test_another_process_is_refused_while_this_one_holds_and_served_after_its_release(tmp_path: Path) -> None:
    held = hold(tmp_path)
    assert held is not None
    with held, other(tmp_path) as second:
        assert second.communicate()[0] == "refused\n"
    with other(tmp_path) as third:
        assert third.communicate()[0] == "held\n"


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "pictured"
    held = hold(folder)
    assert held is not None
    held.release()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "lock").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    make_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o750


def test_nobody_holds_a_folder_without_a_lock(tmp_path: Path) -> None:
    assert holder(tmp_path) is None


def test_a_file_in_place_of_the_folder_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StoreError, match=r"state cannot be made .*PICTURED_STATE_DIR"):
        hold(tmp_path / "state")


def test_a_lock_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(StoreError, match="lock cannot be taken"):
        hold(tmp_path)
