from pathlib import Path

from pictured.config.document import Fault, Position
from pictured.config.expanding import Surroundings
from pictured.config.loading import document
from pictured.config.model import Config
from pictured.config.values import suggestion, values_of

AROUND = Surroundings({}, Path("/home/ada"), Path("/etc"))


def values(text: str) -> tuple[object, list[Fault]]:
    root, faults = document(text)
    assert faults == []
    return values_of(root, (Config,), AROUND)


def test_paths_are_expanded_and_other_text_is_left_alone() -> None:
    text = "folders: [{path: ~/P, role: library, ignore: [~/x, $y]}]"
    assert values(text) == (
        {"folders": [{"path": "/home/ada/P", "role": "library", "ignore": ["~/x", "$y"]}]},
        [],
    )


def test_words_stay_words_where_text_is_expected() -> None:
    found, _ = values("collect: [{name: 010, from: [2024], mode: off}]\nrules: [{name: true, enabled: true}]")
    assert found == {
        "collect": [{"name": "010", "from": ["/etc/2024"], "mode": "off"}],
        "rules": [{"name": "true", "enabled": True}],
    }


def test_a_truth_value_is_no_number() -> None:
    assert values("limits: {workers: true, queue: 100}") == ({"limits": {"workers": "true", "queue": 100}}, [])


def test_a_key_without_a_value_means_the_default_unless_nothing_is_a_value() -> None:
    assert values("settle:\nlogging: {file: , level: }") == ({"logging": {"file": None}}, [])


def test_unknown_keys_are_told_with_the_nearest_and_left_out() -> None:
    found, faults = values("setle: 3s\nrules:\n- actions:\n  - {action: resize, longst: 3}\n  - {action: x, y: 3}\n")
    assert found == {"rules": [{"actions": [{"action": "resize"}, {"action": "x", "y": 3}]}]}
    assert faults == [
        Fault(Position(1, 1), ("setle",), "unknown key; did you mean 'settle'?"),
        Fault(Position(4, 22), ("rules", 0, "actions", 0, "longst"), "unknown key; did you mean 'long_edge'?"),
    ]


def test_names_that_only_python_code_uses_are_unknown_keys() -> None:
    _, faults = values("collect: [{sources: [/p]}]")
    assert [fault.key for fault in faults] == [("collect", 0, "sources")]


def test_freely_chosen_keys_are_kept() -> None:
    found, faults = values("rules: [{when: {exif: {artist: {equals: 2024}}}}]")
    assert found == {"rules": [{"when": {"exif": {"artist": {"equals": "2024"}}}}]}
    assert faults == []


def test_without_a_near_word_all_are_listed() -> None:
    assert suggestion("qqqq", ["from", "into"]) == "; known are from, into"
    assert suggestion("Form", ["from", "into"]) == "; did you mean 'from'?"
