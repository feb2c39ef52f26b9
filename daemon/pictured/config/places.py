"""Where the configuration and the index live.

Linux follows the XDG Base Directory Specification (0.8); macOS uses `~/Library/Application Support`.
"""

from collections.abc import Mapping
from pathlib import Path

_FILE = "pictured.yaml"


def config_file(*, environ: Mapping[str, str], platform: str, home: Path) -> Path:
    """Give the configuration file's path: `PICTURED_CONFIG`, or else the platform's place. It need not exist.

    `platform` is a value of `sys.platform`.
    """
    given = environ.get("PICTURED_CONFIG")
    if given:
        return _from_home(given, home)
    if platform == "darwin":
        return _application_support(home) / _FILE
    return _xdg(environ, "XDG_CONFIG_HOME", home / ".config") / "pictured" / _FILE


def state_folder(*, environ: Mapping[str, str], platform: str, home: Path) -> Path:
    """Give the folder of the index: `PICTURED_STATE_DIR`, or else the platform's place. It need not exist."""
    given = environ.get("PICTURED_STATE_DIR")
    if given:
        return _from_home(given, home)
    if platform == "darwin":
        return _application_support(home)
    return _xdg(environ, "XDG_STATE_HOME", home / ".local" / "state") / "pictured"


def _application_support(home: Path) -> Path:
    return home / "Library" / "Application Support" / "pictured"


def _xdg(environ: Mapping[str, str], variable: str, default: Path) -> Path:
    # The specification wants relative paths in these variables to be ignored.
    given = Path(environ.get(variable, ""))
    return given if given.is_absolute() else default


def _from_home(given: str, home: Path) -> Path:
    path = Path(given)
    return home.joinpath(*path.parts[1:]) if path.parts[:1] == ("~",) else path
