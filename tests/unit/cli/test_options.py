from pathlib import Path

import pytest

from pictured.cli.options import chosen, limits_of, loaded, optional, state
from pictured.config.limits import Limits
from pictured.errors import ConfigError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PICTURED_CONFIG", "PICTURED_STATE_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_file_that_is_named_goes_before_the_usual_place(home: Path) -> None:
    assert chosen(Path("mine.yaml")) == Path("mine.yaml")
    assert chosen(None).is_relative_to(home)


def test_the_state_folder_can_be_named_and_is_not_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state().is_relative_to(home)
    monkeypatch.setenv("PICTURED_STATE_DIR", str(home / "s"))

    assert state() == home / "s"
    assert not state().exists()


def test_without_a_configuration_there_are_the_usual_limits() -> None:
    assert optional(None) is None
    assert limits_of(None) == Limits()


def test_a_configuration_that_is_named_has_to_be_there(home: Path) -> None:
    for load in (loaded, optional):
        with pytest.raises(ConfigError):
            load(home / "absent.yaml")


def test_a_configuration_is_loaded_with_its_limits(home: Path) -> None:
    (home / "p.yaml").write_text("folders: [{path: /l, role: library}]\nlimits: {workers: 3}\n")

    found = optional(home / "p.yaml")

    assert found == loaded(home / "p.yaml")
    assert limits_of(found).workers == 3
