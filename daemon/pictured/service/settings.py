"""What a job needs of the configuration."""

from dataclasses import dataclass

from pictured.config.limits import Limits
from pictured.matching.settings import MatchingSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """What pictured may use, and how copies are found."""

    limits: Limits
    matching: MatchingSettings
