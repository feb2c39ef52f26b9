from pathlib import Path

import pytest

from pictured.cli.options import chosen, loaded, optional, settings_of, state
from pictured.config.limits import Limits
from pictured.errors import ConfigError
from pictured.matching.settings import MatchingSettings
from pictured.service.settings import Settings


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
    assert settings_of(None) == Settings(Limits(), MatchingSettings())


def test_a_configuration_that_is_named_has_to_be_there(home: Path) -> None:
    for load in (loaded, optional):
        with pytest.raises(ConfigError):
            load(home / "absent.yaml")


def test_a_configuration_is_loaded_with_its_limits(home: Path) -> None:
    (home / "p.yaml").write_text("folders: [{path: /l, role: library}]\nlimits: {workers: 3}\nmatching: {marr: true}\n")

    found = optional(home / "p.yaml")

    assert found == loaded(home / "p.yaml")
    assert settings_of(found).limits.workers == 3
    assert settings_of(found).matching == MatchingSettings(marr=True)


def test_another_number_of_workers_goes_before_the_configuration(home: Path) -> None:
    (home / "p.yaml").write_text("folders: [{path: /l, role: library}]\nlimits: {workers: 3, time: 7}\n")
    found = loaded(home / "p.yaml")

    assert settings_of(found, 2) == Settings(found.limits.model_copy(update={"workers": 2}), found.matching)
    assert settings_of(None, 2).limits.workers == 2
