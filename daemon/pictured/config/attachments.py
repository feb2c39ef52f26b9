"""Whether the files that actions name are there: logos, fonts, data and keys."""

from collections.abc import Iterator
from pathlib import Path

from pictured.config.document import KeyPath
from pictured.config.model import Config
from pictured.disk.paths import shown


def absent(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """Give the key of each file that an action of an enabled rule names and that cannot be read, and why."""
    for number, rule in enumerate(config.rules):
        if not rule.enabled:
            continue
        for place, action in enumerate(rule.actions):
            for name in type(action).model_fields:
                value = getattr(action, name)
                if isinstance(value, Path) and not value.is_file():
                    reason = "is a folder" if value.is_dir() else "is not there"
                    yield ("rules", number, "actions", place, name), f"{shown(value)} {reason}; name a file"
