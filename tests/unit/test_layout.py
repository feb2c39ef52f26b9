"""What every part of the source keeps to, read from the files themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictured import errors
from pictured.errors import ExitCode, PicturedError

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "daemon" / "pictured"
UNIT = CHECKOUT / "tests" / "unit"
TOP = {"pyproject.toml", "README.md", "LICENSE", "daemon", "config", "tests", "systemd", "launchd"}
MADE_BY_TOOLS = {"build", "dist"}
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "handler", "handlers", "misc"}
LONGEST = 350


def modules() -> Iterator[Path]:
    for file in sorted(PACKAGE.rglob("*.py")):
        yield file.relative_to(PACKAGE)


def tree_of(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def all_errors(above: type[PicturedError] = PicturedError) -> list[type[PicturedError]]:
    return [above, *(error for below in above.__subclasses__() for error in all_errors(below))]


def test_the_top_level_holds_only_what_belongs_there() -> None:
    there = {entry.name for entry in CHECKOUT.iterdir() if not entry.name.startswith(".")}
    assert there - MADE_BY_TOOLS == TOP


def test_every_module_has_its_unit_test() -> None:
    tested = [module for module in modules() if module.name not in {"__init__.py", "__main__.py"}]
    missing = [
        str(test)
        for test in (module.with_name(f"test_{module.name}") for module in tested)
        if not (UNIT / test).is_file()
    ]
    assert not missing, "\n".join(["no test:", *missing])


def test_every_unit_test_has_its_module() -> None:
    tests = (file.relative_to(UNIT) for file in sorted(UNIT.rglob("test_*.py")))
    # Tests of the structure, such as this one, stand at the top.
    below = [test for test in tests if test.parent != Path()]
    assert [
        str(test) for test in below if not (PACKAGE / test.with_name(test.name.removeprefix("test_"))).is_file()
    ] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(module) for module in modules() if SHAPELESS & {module.stem, *module.parent.parts}] == []


def test_no_module_is_too_long_to_read_at_once() -> None:
    lengths = {str(module): len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {module: length for module, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_every_error_has_an_exit_code_and_its_place_in_the_drawn_tree(error: type[PicturedError]) -> None:
    assert isinstance(error.exit_code, ExitCode)
    assert error.exit_code is not ExitCode.OK
    if error.__module__ == errors.__name__:
        assert error.__name__ in (errors.__doc__ or "")


def test_every_event_is_explained() -> None:
    [events] = [part for part in tree_of("events.py").body if isinstance(part, ast.ClassDef) and part.name == "Event"]
    unexplained = []
    for part, after in zip(events.body, [*events.body[1:], None], strict=True):
        match part, after:
            case ast.Assign(targets=[ast.Name(id=name)]), after if not _is_text(after):
                unexplained.append(name)
    assert unexplained == []


def _is_text(part: ast.stmt | None) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)
