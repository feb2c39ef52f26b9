"""What a job needs of the configuration."""

import socket
from dataclasses import dataclass

from pictured.config.limits import Limits
from pictured.config.model import Config
from pictured.disk.naming import Naming
from pictured.disk.paths import real
from pictured.matching.settings import MatchingSettings
from pictured.store.engines import Shared


@dataclass(frozen=True, slots=True)
class Settings:
    """What pictured may use, how copies are found, and which index is shared with other machines, if one is."""

    limits: Limits
    matching: MatchingSettings
    shared: Shared | None = None


def shared_of(config: Config | None) -> Shared | None:
    """Give the index that a configuration shares with other machines."""
    return None if config is None or config.store is None else Shared(config.store, naming_of(config))


def naming_of(config: Config) -> Naming:
    """Give what this machine's paths are called in an index that is shared."""
    mounts = tuple((share, real(folder)) for share, folder in config.mounts.items())
    return Naming(config.machine or socket.gethostname(), mounts)
