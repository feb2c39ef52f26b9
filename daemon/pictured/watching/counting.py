"""How many pictures lie in a folder: a look at the names only, which takes a sixth of the time of a scan."""

import os
from collections.abc import Sequence
from pathlib import Path

from pictured.watching.ignoring import Ignored, may_be_picture


def count(root: Path, ignore: Sequence[str] = (), *, exclude: Sequence[Path] = ()) -> int:
    """Count what `scanning.walk` would give of `root`, links that lead nowhere aside. What cannot be seen is none."""
    ignored = Ignored.by(ignore)
    excluded = frozenset(map(os.fspath, exclude))
    waiting, found = [""], 0
    while waiting:
        inner = waiting.pop()
        folder = os.fspath(root / inner)
        if folder in excluded:
            continue
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if ignored.takes(entry.name, inner):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{inner}/{entry.name}" if inner else entry.name)
                    elif not entry.is_symlink():
                        found += may_be_picture(entry.name)
        except OSError:
            continue
    return found
