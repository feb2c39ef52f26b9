from pathlib import Path

from pictured.config.document import (
    Entries,
    Entry,
    Fault,
    InvalidConfigError,
    Items,
    Position,
    Scalar,
    located,
    written,
)
from pictured.errors import ConfigError, ExitCode

INNER = Scalar(Position(2, 12), 3, "3")
ACTION = Entries(Position(2, 5), (Entry(Position(2, 5), "width", INNER),))
ROOT = Entries(Position(1, 1), (Entry(Position(1, 1), "actions", Items(Position(2, 3), (ACTION,))),))


def test_key_paths_are_written_as_people_know_them() -> None:
    assert written(("rules", 0, "actions", 1, "long_edge")) == "rules[0].actions[1].long_edge"
    assert written(("settle",)) == "settle"


def test_a_value_is_found_by_its_key_path() -> None:
    assert located(ROOT, ("actions", 0, "width")) == (Position(2, 12), ("actions", 0, "width"))


def test_what_the_document_does_not_have_is_passed_over() -> None:
    assert located(ROOT, ("actions", 0, "resize", "width", "int")) == (Position(2, 12), ("actions", 0, "width"))
    assert located(ROOT, ("actions", 0, "resize")) == (Position(2, 5), ("actions", 0))
    assert located(ROOT, ("actions", 7)) == (Position(2, 3), ("actions",))


def test_a_missing_key_is_kept_and_placed_among_its_neighbours() -> None:
    assert located(ROOT, ("actions", 0, "height"), missing=True) == (Position(2, 5), ("actions", 0, "height"))


def test_the_error_tells_all_faults_in_the_order_of_the_file() -> None:
    later, first = Fault(Position(12, 7), ("a", 0), "wrong"), Fault(Position(3, 1), (), "odd")
    error = InvalidConfigError(Path("pictured\n.yaml"), [later, first])
    assert str(error) == "pictured\\x0a.yaml:3:1: odd\npictured\\x0a.yaml:12:7: a[0]: wrong"
    assert error.faults == (first, later)
    assert isinstance(error, ConfigError)
    assert error.exit_code is ExitCode.CONFIG
