"""Every error that pictured raises on purpose, and the exit code of each.

    PicturedError                70  something of ours is broken
    ├── ConfigError              78  the configuration (or a unit made from it) cannot be used
    ├── StoreError               74  the index cannot be opened, written or migrated
    │   ├── Damaged                  its bytes are no index any more; it is moved aside and made anew
    │   └── Unreachable              a shared index does not answer; it is waited for
    ├── UsageError                2  the command line asks for something that cannot be
    └── FileError                 1  one file cannot be taken; never leaves the loop
        ├── Vanished                 it was there and is gone                         retry: no, an event will come
        ├── Unreadable               no permission, an I/O error, a full disk         retry: yes
        │   ├── Unfinished           a step that could not even be undone             retry: yes
        │   └── Unanswered           a drive or a share that hangs                    retry: yes
        ├── Truncated                it ends too early, perhaps it is still written   retry: yes
        ├── Changed                  it changed while it was read                     retry: yes
        ├── Refused                  no picture, or of a kind that is not read        retry: no
        ├── TooLarge                 more pixels or bytes than the limits allow       retry: no
        └── Crashed                  the worker that read it died or hung             retry: twice, then quarantine

Exit code 1 also stands for "the command did its work, but some files failed".
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends; the numbers of BSD's sysexits where one fits."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    INTERNAL = 70
    STORE = 74
    CONFIG = 78


class PicturedError(Exception):
    """The root of the tree. Its text is one sentence for a person: the thing, what is wrong, what to do."""

    exit_code = ExitCode.INTERNAL


class ConfigError(PicturedError):
    """The configuration cannot be used; the text has one line per fault."""

    exit_code = ExitCode.CONFIG


class StoreError(PicturedError):
    """The index cannot be opened, written or migrated."""

    exit_code = ExitCode.STORE


class Damaged(StoreError):
    """The index is damaged: no repair is tried, because it can be made anew from the folders."""


class Unreachable(StoreError):
    """A shared index does not answer. Nothing is lost by waiting: what happens meanwhile is found by comparing."""


class UsageError(PicturedError):
    """The command line asks for something that cannot be."""

    exit_code = ExitCode.USAGE


class FileError(PicturedError):
    """One file cannot be taken. Caught around that file; everything else goes on."""

    exit_code = ExitCode.SOME_FAILED
    retry = False


class Vanished(FileError):
    """The file was there and is gone."""


class Unreadable(FileError):
    """The system does not let us read (or write) it."""

    retry = True


class Unfinished(Unreadable):
    """A step failed, and what was begun could not be cleared away; the next start does that by its intent."""


class Unanswered(Unreadable):
    """A destination does not answer. What was begun there may still come to its end, and is taken down then."""


class Truncated(FileError):
    """The file ends before the picture does."""

    retry = True


class Changed(FileError):
    """The file changed while it was read."""

    retry = True


class Refused(FileError):
    """The file is no picture, or of a kind that pictured does not read."""


class TooLarge(FileError):
    """The picture declares more pixels or bytes than the limits allow."""


class Crashed(FileError):
    """The worker that read the file died or ran out of time."""
