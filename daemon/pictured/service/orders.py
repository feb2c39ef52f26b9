"""The orders of the line: what the configuration asks for, and noticing when that changed."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pictured.collecting.settings import CollectSettings
from pictured.config.model import Config
from pictured.disk.paths import real
from pictured.flow import Role
from pictured.rules.rule import Rule
from pictured.service.library import Library
from pictured.store.database import transaction
from pictured.store.queue import Queue
from pictured.store.schedule import Schedule
from pictured.watching.settings import FolderSettings


@dataclass(frozen=True, slots=True)
class Orders:
    """What a person has asked for: whose pictures, and what becomes of them. All paths are real ones.

    `settle` is for how many seconds a file has to be quiet before it is taken.
    """

    folders: tuple[FolderSettings, ...]
    entries: tuple[CollectSettings, ...]
    longest_wait: float
    rules: tuple[Rule, ...] = ()
    settle: float = 0.0

    def paths(self, role: Role) -> tuple[Path, ...]:
        """The folders of a role."""
        return tuple(folder.path for folder in self.folders if folder.role is role)

    def folder_of(self, path: Path) -> FolderSettings | None:
        """The folder that a path belongs to; None where it is in none or in an ignored one."""
        inside = [folder for folder in self.folders if path.is_relative_to(folder.path)]
        deepest = max(inside, key=lambda folder: len(folder.path.parts), default=None)
        return None if deepest is None or deepest.role is Role.IGNORE else deepest


def orders_of(config: Config) -> Orders:
    """What the configuration asks for, with symlinks in its paths resolved as they are now."""
    folders = tuple(folder.model_copy(update={"path": real(folder.path)}) for folder in config.folders)
    entries = tuple(_real(entry) for entry in config.collect)
    rules = tuple(real_rule(rule) for rule in config.rules)
    return Orders(folders, entries, config.limits.retry, rules, config.settle)


def sweep(library: Library, orders: Orders) -> bool:
    """Send every known file down the line again if the orders are not those that it was handled by.

    Says whether that was so. Files are not read again, only planned for.
    """
    ledger = Schedule(library.db)
    told = [
        [[str(folder.path), folder.role.value, folder.ignore] for folder in orders.folders],
        [entry.model_dump(mode="json") for entry in orders.entries],
        [rule.model_dump(mode="json") for rule in orders.rules],
    ]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    if ledger.noted("orders") == digest:
        return False
    with transaction(library.db):
        library.catalogue.unhandle([folder.path for folder in orders.folders])
        Queue(library.db).withdraw("the configuration changed")
        ledger.note("orders", digest)
    return True


def _real(entry: CollectSettings) -> CollectSettings:
    sources = tuple(real(source) for source in entry.sources)
    return entry.model_copy(update={"sources": sources, "into": real(entry.into)})


def real_rule(rule: Rule) -> Rule:
    """Give a rule with symlinks in its paths resolved as they are now."""
    output = rule.output
    into = None if output.into is None else real(output.into)
    backup = None if output.backup is None else real(output.backup)
    return rule.model_copy(
        update={
            "folders": tuple(real(folder) for folder in rule.folders),
            "output": output.model_copy(update={"into": into, "backup": backup}),
        }
    )
