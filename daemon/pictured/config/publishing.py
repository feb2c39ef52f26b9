"""The files in config/, made from the models: `python -m pictured.config.publishing FOLDER` writes all three."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pictured.config.example import example_text
from pictured.config.reference import reference_text
from pictured.config.schema import schema_text

SCHEMA = "pictured.schema.json"
EXAMPLE = "pictured.example.yaml"
REFERENCE = "REFERENCE.md"


def published() -> dict[str, str]:
    """Give the text of each generated file by its name."""
    return {EXAMPLE: example_text(), SCHEMA: schema_text(), REFERENCE: reference_text()}


def write(folder: Path) -> None:
    """Write the generated files into a folder that exists."""
    for name, text in published().items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Write into the one folder that is named."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.exit("usage: python -m pictured.config.publishing FOLDER (a folder that exists)")
    write(Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
