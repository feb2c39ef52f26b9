"""What commands print with `--json`, and the exit codes, without any configuration and without a daemon."""

import json
import os
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from tests.service.conftest import Done, Line, Sandbox, jpeg, put, scene, tree

ODD_NAME = b"caf\xe9 \xff.jpg"
MATCH = {
    "path": str,
    "kind": str,
    "confidence": float,
    "width": int,
    "height": int,
    "bytes": int,
    "measures": dict,
}
COPY = MATCH | {"orientation": int, "box": list, "angle": float, "scale": float, "detail": (dict, type(None))}
DETAIL = {"richness": (float, type(None)), "quantiser": float, "colour": float}
ROOT = {
    "path": str,
    "role": str,
    "mode": str,
    "online": bool,
    "scanning": bool,
    "last_scan": (float, type(None)),
    "last_event": (float, type(None)),
}


@dataclass(frozen=True)
class Scanned:
    """A sandbox with a library that is indexed, and poor pictures."""

    sandbox: Sandbox
    first: Done

    @property
    def library(self) -> Path:
        return self.sandbox.root / "library"

    @property
    def queries(self) -> Path:
        return self.sandbox.root / "queries"


@pytest.fixture(scope="module")
def scanned(shared_sandbox: Sandbox) -> Scanned:
    library, queries = shared_sandbox.root / "library", shared_sandbox.root / "queries"
    put(library / "1 large.jpg", jpeg(1, 480))
    put(library / "1 small.jpg", jpeg(1, 240))
    put(library / "deep/1 large again.jpg", jpeg(1, 480))
    put(library / "2.jpg", jpeg(2))
    put(library / "3.jpg", jpeg(3))
    put(library / os.fsdecode(ODD_NAME), jpeg(4))
    put(library / "broken.jpg", b"no picture at all")
    put(queries / "1.jpg", jpeg(1, 120, 40))
    put(queries / "4.jpg", jpeg(4, 120, 40))
    put(queries / "unknown.jpg", jpeg(9, 120, 40))
    put(queries / "broken.jpg", jpeg(1)[:2000])
    return Scanned(shared_sandbox, shared_sandbox.pictured("scan", library, "--json"))


def conforms(line: Line, shape: dict[str, object]) -> bool:
    """Whether a line has these keys, and values of these types (true is no number). Keys may be added, as promised."""
    return line.keys() >= shape.keys() and all(
        isinstance(line[key], kind) and (not isinstance(line[key], bool) or kind is bool)  # type: ignore[arg-type]
        for key, kind in shape.items()
    )


def test_scan_names_each_failed_file_and_ends_with_the_sums(scanned: Scanned) -> None:
    failed, finished = scanned.first.lines

    assert scanned.first.code == 1
    assert conforms(failed, {"event": str, "path": str, "error": str})
    assert (failed["event"], failed["path"]) == ("file.failed", str(scanned.library / "broken.jpg"))
    counts = dict.fromkeys(("seen", "hashed", "unchanged", "moved", "failed"), int)
    assert conforms(finished, {"event": str, **counts, "seconds": float})
    assert [finished[name] for name in counts] == [7, 6, 0, 0, 1]
    assert scanned.first.err.count("broken.jpg") == 1
    assert len(scanned.first.err.splitlines()) == 1


def test_a_second_scan_reads_only_what_failed(scanned: Scanned) -> None:
    finished = scanned.sandbox.pictured("scan", scanned.library, "--json").lines[-1]

    assert [finished[name] for name in ("seen", "hashed", "unchanged", "failed")] == [7, 0, 6, 1]


def test_a_scan_that_is_to_read_again_reads_everything(scanned: Scanned) -> None:
    finished = scanned.sandbox.pictured("scan", scanned.library, "--again", "--json").lines[-1]

    assert [finished[name] for name in ("seen", "hashed", "unchanged", "failed")] == [7, 6, 0, 1]


def test_scan_without_json_says_the_same_to_people(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("scan", scanned.library)

    assert done.code == 1
    assert done.out.startswith("7 seen: 0 read, 6 unchanged, 0 moved, 1 failed (")


def test_find_answers_each_query_with_exactly_one_best(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("find", scanned.queries, "--json")

    assert done.code == 1
    answers = {Path(line["query"]).name: line for line in done.lines}
    for line in done.lines:
        assert conforms(line, {"query": str, "matches": list, "ranked_by": type(None), "error": (str, type(None))})
        assert all(conforms(match, MATCH | {"best": bool}) for match in line["matches"])
        assert all(Path(match["path"]).is_absolute() for match in line["matches"])
    assert [(Path(m["path"]).name, m["width"], m["height"], m["best"]) for m in answers["1.jpg"]["matches"]] == [
        ("1 large.jpg", 480, 360, True),
        ("1 large again.jpg", 480, 360, False),
        ("1 small.jpg", 240, 180, False),
    ]
    assert {match["kind"] for match in answers["1.jpg"]["matches"]} == {"same"}
    assert all(0 < match["confidence"] < 1 for match in answers["1.jpg"]["matches"])
    assert (answers["unknown.jpg"]["matches"], answers["unknown.jpg"]["error"]) == ([], None)
    assert answers["broken.jpg"]["matches"] == []
    assert "broken.jpg" in answers["broken.jpg"]["error"]
    assert len(answers) == len(done.lines) == 4


def test_find_says_exact_of_equal_bytes_and_never_names_the_query_itself(scanned: Scanned) -> None:
    query = scanned.library / "1 large.jpg"

    (line,) = scanned.sandbox.pictured("find", query, "--json").lines

    kinds = {Path(match["path"]).name: (match["kind"], match["confidence"]) for match in line["matches"]}
    assert kinds["1 large again.jpg"] == ("exact", 1.0)
    assert kinds["1 small.jpg"][0] == "same"
    assert "1 large.jpg" not in kinds


def test_find_ranks_the_library_by_a_measure_and_claims_nothing(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("find", scanned.queries / "4.jpg", "--top", "3", "--measure", "ssim", "--json")

    line = done.line
    assert (done.code, line["ranked_by"], line["error"]) == (0, "ssim", None)
    assert len(line["matches"]) == 3
    assert all(conforms(match, MATCH | {"best": bool}) for match in line["matches"])
    assert os.fsencode(line["matches"][0]["path"]).endswith(ODD_NAME)
    assert [match["kind"] for match in line["matches"]] == ["same", "unproven", "unproven"]
    assert not any(match["best"] for match in line["matches"])
    values = [match["measures"]["ssim"] for match in line["matches"]]
    assert values == sorted(values, reverse=True)


def test_a_measure_that_is_not_known_is_refused(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("find", scanned.queries, "--measure", "beauty")

    assert (done.code, done.out) == (2, "")
    assert "ssim" in done.err


def test_limits_of_the_configuration_drop_matches(scanned: Scanned) -> None:
    sandbox, query = scanned.sandbox, scanned.queries / "1.jpg"
    matches = sandbox.pictured("find", query, "--json").line["matches"]
    limit = max(match["measures"]["correlation"] for match in matches)
    config = sandbox.configure(
        "folders: [{path: '{root}/library', role: library}]\n"
        f"matching: {{measures: {{correlation: {{at_least: {limit + 0.00001:.5f}}}}}}}\n",
        "strict.yaml",
    )

    strict = sandbox.pictured("find", query, "--config", config, "--json")
    ranked = sandbox.pictured("find", query, "--top", "1", "--config", config, "--json")

    assert len(matches) == 3
    assert (strict.code, strict.line["matches"]) == (0, [])
    assert [match["kind"] for match in ranked.line["matches"]] == ["unproven"]


def test_find_in_a_folder_indexes_it_first(scanned: Scanned) -> None:
    fresh = put(scanned.sandbox.root / "fresh/5.jpg", jpeg(5))
    query = put(scanned.sandbox.root / "5.jpg", jpeg(5, 120, 40))

    done = scanned.sandbox.pictured("find", query, "--in", fresh.parent, "--json")

    assert done.code == 0
    assert [match["path"] for match in done.line["matches"]] == [str(fresh)]


def test_names_that_are_not_utf_8_can_be_restored(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("find", scanned.queries / "4.jpg", "--json")

    assert done.out.isascii()
    (match,) = done.line["matches"]
    assert os.fsencode(match["path"]) == os.fsencode(scanned.library) + b"/" + ODD_NAME
    assert Path(match["path"]).is_file()


def test_names_that_are_not_utf_8_are_escaped_for_people(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("find", scanned.queries / "4.jpg")

    assert r"caf\xe9 \xff.jpg" in done.out


def test_relative_names_become_absolute(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("find", "queries/1.jpg", "--in", "library", "--json")

    answer = done.lines[-1]
    assert answer["query"] == str(scanned.queries / "1.jpg")
    assert all(Path(match["path"]).is_absolute() for match in answer["matches"])


def test_dupes_gives_each_group_with_its_best_first(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("dupes", "--in", scanned.library, "--json")

    failed, group = done.lines
    assert (done.code, failed["event"]) == (1, "file.failed")
    assert conforms(group, {"best": str, "members": list})
    assert all(conforms(member, MATCH) for member in group["members"])
    assert [Path(member["path"]).name for member in group["members"]] == [
        "1 large.jpg",
        "1 large again.jpg",
        "1 small.jpg",
    ]
    assert group["best"] == group["members"][0]["path"]


def test_collect_plans_collects_and_knows_it_afterwards(scanned: Scanned) -> None:
    root, into = scanned.sandbox.root, scanned.sandbox.root / "collected"
    sources = tree(scanned.library, scanned.queries)
    command = ("collect", scanned.queries, "--in", scanned.library, "--into", into, "--json")

    planned = scanned.sandbox.pictured(*command, "--dry-run")
    assert not into.exists()
    done = scanned.sandbox.pictured(*command)
    again = scanned.sandbox.pictured(*command)

    lines = [[line for line in each.lines if "event" not in line] for each in (planned, done, again)]
    shape = {
        "query": str,
        "best": (str, type(None)),
        "collected": (str, type(None)),
        "planned": bool,
        "reason": str,
        "error": (str, type(None)),
    }
    assert all(conforms(line, shape) for each in lines for line in each)
    first, second, third = ({Path(line["query"]).name: line for line in each} for each in lines)
    best, collected = str(scanned.library / "1 large.jpg"), str(into / "1 large.jpg")
    assert [(first["1.jpg"][key]) for key in ("best", "collected", "planned")] == [best, None, True]
    assert [(second["1.jpg"][key]) for key in ("best", "collected", "planned")] == [best, collected, False]
    assert [(third["1.jpg"][key]) for key in ("best", "collected", "planned")] == [best, collected, False]
    assert third["1.jpg"]["reason"] == "it is already collected"
    assert [(second["unknown.jpg"][key]) for key in ("best", "error")] == [None, None]
    assert [first["broken.jpg"]["best"], done.code] == [None, 1]
    assert "broken.jpg" in second["broken.jpg"]["error"]
    assert {name.removeprefix(f"{root}/") for name in tree(into)} == {
        "collected/1 large.jpg",
        "collected/" + os.fsdecode(ODD_NAME),
    }
    assert {name: about for name, about in sources.items() if name.endswith("1 large.jpg")} == {
        best: tree(into)[collected]
    }
    assert tree(scanned.library, scanned.queries) == sources


def test_history_and_undo_speak_of_the_same_numbers(scanned: Scanned) -> None:
    into, begin = scanned.sandbox.root / "for undo", time.time()
    pictured = scanned.sandbox.pictured
    pictured("collect", scanned.queries / "1.jpg", "--in", scanned.library, "--into", into)
    target = into / "1 large.jpg"

    (deed,) = pictured("history", target, "--json").lines
    undone = pictured("undo", str(deed["id"]), "--json")
    twice = pictured("undo", str(deed["id"]), "--json")
    unknown = pictured("undo", "99999", "--json")
    after = pictured("history", target, "--json").lines

    shape = dict.fromkeys(("what", "entry", "query", "source", "target", "sha256", "reason"), str)
    assert conforms(deed, {"id": int, "at": float, **shape})
    assert (deed["what"], deed["query"]) == ("placed", str(scanned.queries / "1.jpg"))
    assert (deed["source"], deed["target"]) == (str(scanned.library / "1 large.jpg"), str(target))
    assert begin <= deed["at"] <= time.time()
    assert len(deed["sha256"]) == 64
    assert conforms(undone.line, {"id": int, "target": str, "undone": bool, "reason": str})
    assert (undone.code, undone.line["undone"], target.exists()) == (0, True, False)
    assert [(each.code, each.line["undone"]) for each in (twice, unknown)] == [(1, False), (1, False)]
    assert [each["what"] for each in after] == ["undone", "placed"]


def test_what_was_undone_is_collected_again_where_a_person_asks_for_it_by_hand(scanned: Scanned) -> None:
    into, pictured = scanned.sandbox.root / "declined", scanned.sandbox.pictured
    command = ("collect", scanned.queries / "1.jpg", "--in", scanned.library, "--into", into, "--json")
    pictured(*command)
    pictured("undo")

    again = pictured(*command)

    assert again.lines[-1]["collected"] == str(into / "1 large.jpg")
    assert (into / "1 large.jpg").read_bytes() == jpeg(1, 480)


def test_collect_without_queries_takes_the_best_of_each_group(scanned: Scanned) -> None:
    into = scanned.sandbox.root / "groups"

    done = scanned.sandbox.pictured("collect", "--in", scanned.library, "--into", into, "--json")

    (line,) = (line for line in done.lines if "event" not in line)
    assert (line["query"], line["best"]) == (None, str(scanned.library / "1 large.jpg"))
    assert {path.name: path.read_bytes() for path in into.iterdir()} == {"1 large.jpg": jpeg(1, 480)}


def test_explain_tells_the_content_the_copies_and_every_reason(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("explain", scanned.library / "1 small.jpg", "--json")

    line = done.line
    assert done.code == 0
    assert line["path"] == str(scanned.library / "1 small.jpg")
    assert (line["indexed"], line["error"], line["placed_by_us"]) == (True, None, False)
    assert line["content"]["bytes"] == len(jpeg(1, 240))
    assert (line["content"]["width"], line["content"]["height"], line["content"]["format"]) == (240, 180, "JPEG")
    assert [Path(copy["path"]).name for copy in line["copies"]] == ["1 large.jpg", "1 large again.jpg"]
    assert all(conforms(copy, COPY | {"reason": str}) for copy in line["copies"])
    assert all(copy["detail"] is None or conforms(copy["detail"], DETAIL) for copy in line["copies"])
    assert line["similar"] == []
    assert line["plan"] == []


def test_explain_says_what_an_enlarged_copy_lacks(sandbox: Sandbox) -> None:
    """The larger file was made of the smaller one, sharpened, and saved more finely."""
    source = scene(1)
    enlarged = source.resize((960, 720), Image.Resampling.BICUBIC).filter(ImageFilter.UnsharpMask(2, 120, 0))
    for name, picture, quality in (("source", source, 90), ("enlarged", enlarged, 97)):
        made = BytesIO()
        picture.save(made, "JPEG", quality=quality)
        put(sandbox.root / f"library/{name}.jpg", made.getvalue())
    sandbox.pictured("scan", "library")

    line = sandbox.pictured("explain", put(sandbox.root / "1.jpg", jpeg(1, 120, 40)), "--json").line

    best, worse = line["copies"]
    assert [Path(each["path"]).name for each in (best, worse)] == ["source.jpg", "enlarged.jpg"]
    assert worse["reason"].startswith("the best wins by detail: 480 x 360 with true detail of ")
    assert all(conforms(each["detail"], DETAIL) for each in (best, worse))


def test_explain_of_a_broken_file_says_why(scanned: Scanned) -> None:
    done = scanned.sandbox.pictured("explain", scanned.library / "broken.jpg", "--json")

    assert done.code == 1
    assert "broken.jpg" in done.line["error"]
    assert (done.line["content"], done.line["copies"]) == (None, [])


def test_status_without_a_daemon_tells_what_the_index_knows(scanned: Scanned) -> None:
    (scanned.sandbox.root / "watched").mkdir()
    config = scanned.sandbox.configure("folders: [{path: '{root}/watched', role: library}]\n")

    line = scanned.sandbox.pictured("status", "--config", config, "--json").line

    assert (line["running"], line["pid"], line["pending"]) == (False, None, 0)
    assert all(isinstance(line[name], int) for name in ("pictures", "files", "failed", "placed"))
    (root,) = line["roots"]
    assert conforms(root, ROOT)
    assert (root["path"], root["role"], root["online"]) == (str(scanned.sandbox.root / "watched"), "library", True)
    assert [(Path(each["path"]).name, each["kind"]) for each in line["failing"]] == [("broken.jpg", "refused")]


def test_status_before_anything_was_done(sandbox: Sandbox) -> None:
    done = sandbox.pictured("status", "--json")

    assert done.code == 0
    assert (done.line["running"], done.line["pending"], done.line["roots"]) == (False, 0, [])
    assert not sandbox.state.exists()


def test_init_check_and_schema(sandbox: Sandbox) -> None:
    file = sandbox.root / "made/pictured.yaml"

    made = sandbox.pictured("init", file, "--json")
    again = sandbox.pictured("init", file, "--json")
    checked = sandbox.pictured("check", "--config", file, "--json")
    schema = sandbox.pictured("schema")

    assert (made.code, made.line) == (0, {"config": str(file)})
    assert (again.code, again.out) == (2, "")
    assert "is there already and is not overwritten" in again.err
    assert conforms(checked.line, {"config": str, "valid": bool, "faults": list, "notes": list})
    assert (checked.code, checked.line["valid"], checked.line["faults"]) == (0, True, [])
    assert json.loads(schema.out)["type"] == "object"


def test_check_tells_every_fault_with_its_place(sandbox: Sandbox) -> None:
    config = sandbox.configure("folders:\n  - {path: '{root}', rool: library}\nsettle: soon\n")

    done = sandbox.pictured("check", "--config", config, "--json")
    plain = sandbox.pictured("check", "--config", config)

    assert (done.code, plain.code, plain.out) == (78, 78, "")
    assert done.line["valid"] is False
    faults = {fault["key"]: fault for fault in done.line["faults"]}
    assert all(conforms(fault, {"line": int, "column": int, "key": str, "message": str}) for fault in faults.values())
    assert faults["settle"]["line"] == 3
    assert faults["folders[0].rool"]["line"] == 2
    assert "did you mean 'role'?" in faults["folders[0].rool"]["message"]
    assert all(fault["message"] in plain.err for fault in faults.values())


def test_version_and_help(sandbox: Sandbox) -> None:
    version, usage = sandbox.pictured("--version"), sandbox.pictured("--help")

    assert (version.code, usage.code) == (0, 0)
    assert version.out.startswith("pictured ")
    assert all(name in usage.out for name in ("run", "scan", "find", "collect", "dupes", "undo", "status", "explain"))
