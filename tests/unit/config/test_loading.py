from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.config.document import InvalidConfigError, Position
from pictured.config.expanding import Surroundings
from pictured.config.loading import document, load, parsed
from pictured.config.model import Config
from pictured.errors import ConfigError
from pictured.flow import Role

AROUND = Surroundings({}, Path("/home/ada"), Path("/etc"))
LEAST = b"folders: [{path: /nowhere/p, role: library}]\n"


def faults(data: bytes) -> list[str]:
    with pytest.raises(InvalidConfigError) as caught:
        parsed(data, Path("p.yaml"), AROUND)
    return str(caught.value).splitlines()


def test_a_whole_file_is_loaded_and_not_touched(tmp_path: Path) -> None:
    for name in ("library", "queries"):
        (tmp_path / name).mkdir()
    file = tmp_path / "pictured.yaml"
    text = (
        f"folders:\n  - path: {tmp_path}/library\n    role: library\n  - path: queries\n    role: query\n"
        f"collect:\n  - name: best\n    from: [{tmp_path}/library]\n    for: queries\n    into: $INTO\n    mode: auto\n"
        "settle: 1s\n"
    )
    file.write_text(text)
    config = load(file, environ={"INTO": str(tmp_path / "into")}, home=tmp_path)
    assert [(folder.path, folder.role) for folder in config.folders] == [
        (tmp_path / "library", Role.LIBRARY),
        (tmp_path / "queries", Role.QUERY),
    ]
    assert (config.settle, config.collect[0].into) == (1.0, tmp_path / "into")
    assert file.read_text() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "pictured.yaml", "queries"]


def test_a_missing_file_says_where_it_was_looked_for_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.yaml", environ={}, home=tmp_path)
    assert str(tmp_path / "none.yaml") in str(caught.value)
    assert "pictured init" in str(caught.value)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, environ={}, home=tmp_path)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"folders:\n\t- path: /p\n", "p.yaml:2:1: a tab cannot indent YAML; use spaces"),
        (b"folders: [\n", "p.yaml:2:1: "),
        (b"a: b: c\n", "p.yaml:1:5: mapping values are not allowed here"),
        (b"a: 'x\n", "p.yaml:2:1: "),
        (b"a: 1\n---\nb: 2\n", "p.yaml:2:1: but found another document"),
        (b"a: *nobody\n", "p.yaml:1:4: found undefined alias"),
        (b"a: 1\nb: \xff\n", "p.yaml:2:4: the file is not UTF-8 text; save it as UTF-8"),
        (b"a: 1\nb: x\x07\n", "p.yaml:2:5: the character U+0007 is not allowed in YAML"),
        (b"", "p.yaml:1:1: the file is empty"),
        (b"# nothing\n", "p.yaml:1:1: the file is empty"),
        (b"[" * 100_000, "p.yaml:1:1: the file is nested too deeply"),
        (b"just words\n", "p.yaml:1:1: expected keys with values, not 'just words'"),
        (LEAST + b"settle: !!python/object:os.system 3s\n", "p.yaml:2:9: settle: the YAML tag "),
        (LEAST + b"settle: &a [*a]\n", "p.yaml:2:9: settle[0]: this alias stands inside its own anchor"),
        (LEAST + b"settle: 1s\nsettle: 2s\n", "p.yaml:3:1: settle: this key is there twice, first in line 2"),
        (LEAST + b"[a]: 2s\n", "p.yaml:2:1: expected a word as the key"),
        (LEAST + b"limits:\n  <<: 3\n", "p.yaml:3:3: limits: expected << to stand before keys with values"),
        (LEAST + b'logging: {file: "\\ud800"}\n', "p.yaml:2:17: logging.file: half of a surrogate pair"),
        (LEAST + b"settle: !!int x\n", "p.yaml:2:9: settle: 'x' cannot be read as the number"),
        (LEAST + b"settle: " + b"9" * 5000 + b"\n", "p.yaml:2:9: settle: '999"),
    ],
)
def test_what_is_no_yaml_for_us_is_told_with_line_and_column(data: bytes, told: str) -> None:
    assert faults(data)[0].startswith(told)


def test_all_faults_are_told_at_once() -> None:
    text = b"""\
folders:
  - path: $NOPE/in
    rol: library
rules:
  - name: web
    folders: [/p]
    actions:
      - action: resize
        longst: 2048
    output: {into: /w}
settle: 5 parsecs
"""
    assert faults(text) == [
        "p.yaml:2:5: folders[0].role: this key is missing and has no default",
        "p.yaml:2:11: folders[0].path: the environment variable NOPE is not defined",
        "p.yaml:3:5: folders[0].rol: unknown key; did you mean 'role'?",
        "p.yaml:9:9: rules[0].actions[0].longst: unknown key; did you mean 'long_edge'?",
        "p.yaml:11:9: settle: expected a duration such as 500ms, 5s, 2min, 1h or 1d",
    ]


def test_faults_of_places_point_at_the_path() -> None:
    text = LEAST + b"collect:\n- {name: a, from: [/nowhere/p], into: /nowhere/p/best}\n"
    (told,) = faults(text)
    assert told.startswith("p.yaml:3:39: collect[0].into: /nowhere/p/best lies inside /nowhere/p")


def test_anchors_aliases_and_merges_work() -> None:
    text = b"""\
folders:
  - &base {path: /nowhere/a, role: library, poll_interval: 2min}
  - {<<: *base, path: /nowhere/b}
  - {path: /nowhere/c, <<: [{role: query}, *base]}
"""
    first, second, third = parsed(text, Path("p.yaml"), AROUND).folders
    assert (second.path, second.role, second.poll_interval) == (Path("/nowhere/b"), first.role, 120.0)
    assert (third.path, third.role, third.poll_interval) == (Path("/nowhere/c"), Role.QUERY, 120.0)


def test_words_and_times_are_not_taken_for_something_else() -> None:
    text = LEAST + b"collect: [{name: no, from: [/nowhere/p], into: /nowhere/b}]\nschedule: {rescan: 12:30}\n"
    config = parsed(text, Path("p.yaml"), AROUND)
    assert (config.collect[0].name, str(config.schedule.rescan[0])) == ("no", "12:30")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert isinstance(parsed(b"\xef\xbb\xbf" + LEAST.replace(b"\n", b"\r\n"), Path("p.yaml"), AROUND), Config)


def test_numbers_are_those_of_yaml_1_2() -> None:
    root, found = document("[1, -2, 010, 0x10, 0o17, 1.5, .5, 1e3, 1:30, 1_000, 2024-01-01, yes, True, ~, '1']")
    assert found == []
    nodes = getattr(root, "nodes", ())
    assert [node.value for node in nodes] == [
        1, -2, 10, 16, 15, 1.5, 0.5, 1000.0, "1:30", "1_000", "2024-01-01", "yes", True, None, "1",
    ]  # fmt: skip


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_configuration_or_a_fault_with_a_place(text: str) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        parsed(text.encode("utf-8", "surrogatepass"), Path("p.yaml"), AROUND)
    assert caught.value.faults
    assert all(fault.position >= Position(1, 1) and fault.message for fault in caught.value.faults)
