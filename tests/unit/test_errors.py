import pickle

import pytest

from pictured import errors
from pictured.errors import ExitCode, FileError, PicturedError

KINDS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, PicturedError)]
FILE_KINDS = [each for each in KINDS if issubclass(each, FileError) and each is not FileError]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_crosses_the_pipe_of_a_worker(kind: type[PicturedError]) -> None:
    found = pickle.loads(pickle.dumps(kind("a.jpg is not there.")))  # noqa: S301

    assert type(found) is kind
    assert str(found) == "a.jpg is not there."
    assert isinstance(found.exit_code, ExitCode)


def test_exit_codes_are_those_that_are_documented() -> None:
    assert {kind.__name__: int(kind.exit_code) for kind in KINDS if kind not in FILE_KINDS} == {
        "PicturedError": 70,
        "ConfigError": 78,
        "StoreError": 74,
        "Damaged": 74,
        "Unreachable": 74,
        "UsageError": 2,
        "FileError": 1,
    }
    assert {kind.exit_code for kind in FILE_KINDS} == {ExitCode.SOME_FAILED}


def test_only_what_may_get_better_by_itself_is_tried_again() -> None:
    assert {kind.__name__ for kind in FILE_KINDS if kind.retry} == {
        "Unreadable",
        "Unfinished",
        "Unanswered",
        "Truncated",
        "Changed",
    }


def test_the_tree_in_the_documentation_names_every_error() -> None:
    assert errors.__doc__ is not None
    assert [kind.__name__ for kind in KINDS if kind.__name__ not in errors.__doc__] == []
