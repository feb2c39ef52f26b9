import errno
import os
from pathlib import Path

import pytest

from pictured.disk.faults import fault, translated
from pictured.errors import FileError, Refused, Unreadable, Vanished

PATH = Path(os.fsdecode(b"/photos/\xff.jpg"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOENT, Vanished),
        (errno.ENOTDIR, Vanished),
        (errno.ELOOP, Refused),
        (errno.EACCES, Unreadable),
        (errno.EIO, Unreadable),
        (errno.ESTALE, Unreadable),
    ],
)
def test_reading_faults_by_kind(code: int, kind: type[FileError]) -> None:
    assert type(fault(OSError(code, "x"), PATH)) is kind


@pytest.mark.parametrize("code", sorted(errno.errorcode))
@pytest.mark.parametrize("writing", [False, True])
def test_every_text_is_one_sentence_that_names_the_file_and_what_to_do(code: int, *, writing: bool) -> None:
    text = str(fault(OSError(code, "x"), PATH, writing=writing))
    assert text.startswith(r"/photos/\xff.jpg ")
    assert text.endswith(".")
    assert ";" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EROFS, "read-only; mount it writable"),
        (errno.EACCES, "permission is denied; let the user who runs pictured write"),
        (errno.ENAMETOOLONG, "too long for the file system; choose a shorter name template"),
    ],
)
def test_writing_faults_say_what_to_do(code: int, words: str) -> None:
    error = fault(OSError(code, "x"), PATH, writing=True)
    assert isinstance(error, Unreadable)
    assert words in str(error)


def test_the_block_raises_the_fault_and_keeps_the_cause() -> None:
    with pytest.raises(Vanished) as caught, translated(PATH):
        PATH.lstat()
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_an_os_error_without_a_number_is_not_the_systems() -> None:
    with pytest.raises(OSError, match="broken picture"), translated(PATH):
        raise OSError("broken picture")
