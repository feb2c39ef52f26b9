"""What every command shares: its options, and where the configuration and the index are."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pictured.config.limits import Limits
from pictured.config.loading import load
from pictured.config.model import Config
from pictured.config.places import config_file, state_folder
from pictured.errors import ConfigError
from pictured.matching.settings import MatchingSettings
from pictured.service.settings import Settings, shared_of
from pictured.store.database import Database
from pictured.store.engines import open_index

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The configuration file; see REFERENCE.md for the usual place."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON lines and nothing else.")]


def chosen(config: Path | None) -> Path:
    """Give the configuration file: the one named by --config, or else the usual place. It need not exist."""
    return config or config_file(environ=os.environ, platform=sys.platform, home=_home())


def loaded(config: Path | None) -> Config:
    """Load the configuration that --config names, or the one in the usual place; errors as of `load`."""
    return load(chosen(config), environ=os.environ, home=_home())


def state() -> Path:
    """Give the folder of the index. It need not exist."""
    return state_folder(environ=os.environ, platform=sys.platform, home=_home())


def optional(config: Path | None) -> Config | None:
    """Load the configuration where one is named or lies in the usual place; for commands that do without."""
    return loaded(config) if config is not None or chosen(None).exists() else None


def settings_of(config: Config | None, workers: int | None = None) -> Settings:
    """Give what a job needs of a configuration, or the usual; with another number of workers where one is given."""
    limits = config.limits if config else Limits()
    matching = config.matching if config else MatchingSettings()
    limits = limits.model_copy(update={"workers": workers}) if workers else limits
    return Settings(limits, matching, shared_of(config))


def index(config: Path | None) -> Database:
    """Open the index that --config or the usual configuration names, to be read. Raises ConfigError and StoreError."""
    return open_index(state(), shared_of(optional(config)), writer=False)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise ConfigError("the home folder is not known; set HOME, or name the file with --config") from None
