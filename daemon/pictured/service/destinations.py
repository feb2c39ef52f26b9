"""The folders that a configuration has pictured write to."""

from pathlib import Path

from pictured.config.model import Config


def destinations(config: Config) -> tuple[Path, ...]:
    """Give every folder that gets files: destinations, results and backups of rules, folders changed in place, logs.

    In the order of the configuration, each once. Entries in shadow mode count, because a reload may end that.
    """
    found = [entry.into for entry in config.collect]
    for rule in config.rules:
        output = rule.output
        found += [folder for folder in (output.into, output.backup) if folder is not None]
        if output.in_place:
            found += rule.folders
    found += [file.parent for file in (config.logging.file, config.logging.metrics) if file is not None]
    return tuple(dict.fromkeys(found))
