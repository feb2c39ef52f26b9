from pathlib import Path

import pytest

from pictured.config.model import Config
from pictured.config.placement import misplaced

ACTION = {"action": "convert", "format": "auto"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("library/sub", "library/tmp", "queries", "other", "out"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "library")
    return tmp_path


def folders(tree: Path, **roles: str) -> list[dict[str, object]]:
    return [{"path": tree / name.replace("_", "/"), "role": role} for name, role in roles.items()]


def keys(config: dict[str, object]) -> list[tuple[str | int, ...]]:
    return [key for key, _ in misplaced(Config.model_validate(config))]


def collect(tree: Path, source: str, into: str) -> dict[str, object]:
    return {
        "folders": folders(tree, library="library", library_tmp="ignore", queries="query"),
        "collect": [{"name": "best", "from": [tree / source], "into": tree / into}],
    }


def rule(tree: Path, folder: str, into: str) -> dict[str, object]:
    output = {"into": tree / into}
    return {
        "folders": folders(tree, library="library", library_tmp="ignore", queries="query"),
        "rules": [{"name": "web", "folders": [tree / folder], "actions": [ACTION], "output": output}],
    }


def test_folders_side_by_side_and_ignored_ones_inside_are_fine(tree: Path) -> None:
    assert keys({"folders": folders(tree, library="library", library_tmp="ignore", queries="query")}) == []
    assert keys({"folders": folders(tree, library_tmp="ignore", library="library")}) == []


@pytest.mark.parametrize(
    ("roles", "key"),
    [
        ({"library": "library", "library_sub": "library"}, ("folders", 1, "path")),
        ({"library_sub": "query", "library": "library"}, ("folders", 0, "path")),
        ({"library": "library", "link": "library"}, ("folders", 1, "path")),
        ({"library": "library", "link_sub": "query"}, ("folders", 1, "path")),
        ({"library": "ignore", "library_sub": "library"}, ("folders", 1, "path")),
        ({"library": "library", "link": "ignore"}, ("folders", 1, "path")),
    ],
)
def test_overlapping_folders_are_refused(tree: Path, roles: dict[str, str], key: tuple[str | int, ...]) -> None:
    assert keys({"folders": folders(tree, **roles)}) == [key]


@pytest.mark.parametrize(("source", "into"), [("library", "out"), ("library/sub", "out/new"), ("link/sub", "out")])
def test_a_destination_outside_is_fine(tree: Path, source: str, into: str) -> None:
    assert keys(collect(tree, source, into)) == []


@pytest.mark.parametrize(
    ("source", "into", "told"),
    [
        ("library", "library/best", "lies inside"),
        ("library", "library", "is "),
        ("library", "link/best/new", "lies inside"),
        ("library/sub", ".", "holds"),
        ("library", "queries/best", "query folder"),
        ("library", "queries", "query folder"),
    ],
)
def test_a_destination_that_would_be_watched_is_refused(tree: Path, source: str, into: str, told: str) -> None:
    found = misplaced(Config.model_validate(collect(tree, source, into)))
    assert [key for key, _ in found] == [("collect", 0, "into")]
    assert told in found[0][1]


@pytest.mark.parametrize(
    ("source", "told"),
    [("other", "in no watched folder"), ("queries", "role query"), ("library/tmp/x", "role ignore")],
)
def test_copies_come_from_library_folders_only(tree: Path, source: str, told: str) -> None:
    found = misplaced(Config.model_validate(collect(tree, source, "out")))
    assert [key for key, _ in found] == [("collect", 0, "from", 0)]
    assert told in found[0][1]


def test_names_are_used_once(tree: Path) -> None:
    config = collect(tree, "library", "out") | rule(tree, "library", "out")
    entry, web = config["collect"], config["rules"]
    assert isinstance(entry, list)
    assert isinstance(web, list)
    assert keys(config | {"collect": entry * 2, "rules": web * 2}) == [("collect", 1, "name"), ("rules", 1, "name")]


@pytest.mark.parametrize(
    ("folder", "into", "key"),
    [
        ("library", "out", None),
        ("queries", "out", None),
        ("library", "link/web", ("rules", 0, "output", "into")),
        ("library/sub", "library", ("rules", 0, "output", "into")),
        ("other", "out", ("rules", 0, "folders", 0)),
        ("library/tmp", "out", ("rules", 0, "folders", 0)),
    ],
)
def test_a_rule_never_watches_its_own_results(
    tree: Path, folder: str, into: str, key: tuple[str | int, ...] | None
) -> None:
    assert keys(rule(tree, folder, into)) == ([key] if key else [])


@pytest.mark.parametrize(("store", "kept"), [("postgresql://server/db", []), (None, [("collect", 0, "from", 0)])])
def test_another_machine_may_look_after_a_share_of_a_shared_index(
    tree: Path, store: str | None, kept: list[tuple[str | int, ...]]
) -> None:
    shared = {"store": store, "machine": "anna", "mounts": {"photos": tree / "other"}}
    assert keys(collect(tree, "other", "out") | shared) == kept


def test_a_machine_and_a_share_have_two_names(tree: Path) -> None:
    shared = {"store": "postgresql://server/db", "machine": "photos", "mounts": {"photos": tree / "other"}}
    assert keys(collect(tree, "library", "out") | shared) == [("machine",)]


@pytest.mark.parametrize(("store", "kept"), [("postgresql://server/db", []), (None, [("matching", "search")])])
def test_only_a_shared_index_can_be_searched_inside_a_database(
    tree: Path, store: str | None, kept: list[tuple[str | int, ...]]
) -> None:
    assert keys(collect(tree, "library", "out") | {"store": store, "matching": {"search": "database"}}) == kept
