"""How a path is shown to a person, resolved, and compared with another."""

import os
import unicodedata
from pathlib import Path

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def shown(path: Path | str) -> str:
    r"""Give `path` as printable text for messages.

    A byte that is not UTF-8 becomes `\xNN`. So does a control character; format characters (such as those that turn
    the direction of the text), line separators and other surrogates become `\uNNNN`. The result encodes to UTF-8.
    """
    return "".join(_shown(char) for char in str(path))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _ESCAPED:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # how os.fsdecode carries the byte 0xNN
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def within(path: Path, folder: Path) -> bool:
    """Tell whether `path` is `folder` or lies below it, part by part. Both are resolved already; no disk is touched."""
    return path.is_relative_to(folder)


def real(path: Path) -> Path:
    """Expand `~` and `$VARIABLES`, make absolute, and resolve symbolic links as far as the path exists.

    What cannot be expanded or resolved (an unset variable, an unknown user, a loop of links) stays as it is written.
    """
    # Path.resolve raises on a loop of links before Python 3.13, and Path.expanduser on an unknown user.
    return Path(os.path.realpath(os.path.expanduser(os.path.expandvars(path))))  # noqa: PTH111


def same_or_below(path: Path, folder: Path) -> bool:
    """Tell whether `path` is `folder` or lies below it, however the two are written.

    Both go through `real`. What exists is compared by device and inode, which sees through another spelling of case
    or accents and through bind mounts; what does not exist yet is compared by parts, regardless of case where the
    file system is.
    """
    path, folder = real(path), real(folder)
    if within(path, folder):
        return True
    # Path.exists raises where a folder may not be entered.
    base = next(above for above in (folder, *folder.parents) if os.path.exists(above) or above == above.parent)  # noqa: PTH110
    rest = folder.relative_to(base).parts
    for above in (path, *path.parents):
        if _same(above, base):
            begin = path.relative_to(above).parts[: len(rest)]
            return begin == rest or (_ignores_case(base) and _folded(begin) == _folded(rest))
    return False


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _ignores_case(folder: Path) -> bool:
    """Look for an entry of `folder` that also answers to the other case, without writing anything."""
    try:
        names = frozenset(entry.name for entry in folder.iterdir())
    except OSError:
        return False
    if not names and not folder.is_mount():
        return folder.name.swapcase() != folder.name and os.path.lexists(folder.with_name(folder.name.swapcase()))
    other = next((name.swapcase() for name in names if name.isascii() and name.swapcase() not in names), None)
    return other is not None and os.path.lexists(folder / other)


def _folded(parts: tuple[str, ...]) -> list[str]:
    return [unicodedata.normalize("NFC", part).casefold() for part in parts]
