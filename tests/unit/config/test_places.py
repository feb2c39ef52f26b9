from pathlib import Path

import pytest

from pictured.config.places import config_file, state_folder

HOME = Path("/home/ada")


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", "/home/ada/.config/pictured/pictured.yaml"),
        ({"XDG_CONFIG_HOME": "/etc/xdg"}, "linux", "/etc/xdg/pictured/pictured.yaml"),
        ({"XDG_CONFIG_HOME": "relative"}, "linux", "/home/ada/.config/pictured/pictured.yaml"),
        ({"XDG_CONFIG_HOME": ""}, "linux", "/home/ada/.config/pictured/pictured.yaml"),
        ({"XDG_CONFIG_HOME": "/x"}, "darwin", "/home/ada/Library/Application Support/pictured/pictured.yaml"),
        ({"PICTURED_CONFIG": "/c.yaml", "XDG_CONFIG_HOME": "/x"}, "linux", "/c.yaml"),
        ({"PICTURED_CONFIG": "~/c.yaml"}, "darwin", "/home/ada/c.yaml"),
        ({"PICTURED_CONFIG": ""}, "linux", "/home/ada/.config/pictured/pictured.yaml"),
    ],
)
def test_the_configuration_has_its_place(environ: dict[str, str], platform: str, expected: str) -> None:
    assert config_file(environ=environ, platform=platform, home=HOME) == Path(expected)


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", "/home/ada/.local/state/pictured"),
        ({"XDG_STATE_HOME": "/var/x"}, "linux", "/var/x/pictured"),
        ({"XDG_STATE_HOME": "x"}, "linux", "/home/ada/.local/state/pictured"),
        ({"XDG_STATE_HOME": "/var/x"}, "darwin", "/home/ada/Library/Application Support/pictured"),
        ({"PICTURED_STATE_DIR": "/state"}, "linux", "/state"),
        ({"PICTURED_STATE_DIR": "~/state"}, "darwin", "/home/ada/state"),
    ],
)
def test_the_index_has_its_place(environ: dict[str, str], platform: str, expected: str) -> None:
    assert state_folder(environ=environ, platform=platform, home=HOME) == Path(expected)
