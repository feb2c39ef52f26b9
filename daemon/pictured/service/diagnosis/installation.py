"""The service file: is it up to date, and does the interpreter that it names still exist."""

import os
import plistlib
import shlex
from collections.abc import Iterator
from pathlib import Path
from xml.parsers.expat import ExpatError

from pictured.disk.paths import shown
from pictured.service.diagnosis.finding import Finding, good, note, wrong

_AGAIN = "run `pictured service install` again, with --system for the system's unit"


def installed(file: Path, text: str | None, fresh: str) -> Iterator[Finding]:
    """Judge a service file by its text, None where there is none; `fresh` is what would be written today."""
    if text is None:
        return
    program = program_of(text)
    if program is None:
        yield note("service", f"{shown(file)} names no program that could be recognised", _AGAIN)
    elif not os.access(program, os.X_OK):
        yield wrong(
            "service",
            f"{shown(file)} starts {shown(program)}, which is not there or may not be run",
            f"the installation moved, or Python was updated; {_AGAIN}",
        )
    elif text != fresh:
        yield note(
            "service", f"{shown(file)} is not what would be written today", f"if you did not change it, {_AGAIN}"
        )
    else:
        yield good("service", f"{shown(file)} is up to date and starts {shown(program)}")


def program_of(text: str) -> Path | None:
    """Give the program that a unit or an agent starts; None where it cannot be told."""
    if text.lstrip().startswith("<?xml"):
        try:
            words = plistlib.loads(text.encode()).get("ProgramArguments")
        except (plistlib.InvalidFileException, ExpatError, ValueError, AttributeError):
            return None
        return Path(words[0]) if isinstance(words, list) and words else None
    line = next((line for line in text.splitlines() if line.startswith("ExecStart=")), "")
    try:
        words = shlex.split(line.removeprefix("ExecStart=").replace("%%", "%"))
    except ValueError:
        return None
    return Path(words[0].lstrip(":@+-!")) if words else None
