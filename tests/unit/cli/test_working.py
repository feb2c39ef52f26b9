import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pictured.errors import UsageError

Draw = Callable[..., Path]
Pictured = Callable[..., Result]
Lines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def pictures(tmp_path: Path, draw: Draw) -> Path:
    draw(tmp_path / "l/coffee.jpg", "coffee")
    draw(tmp_path / "l/small.jpg", "coffee", width=300)
    draw(tmp_path / "l/rocket.jpg", "rocket")
    draw(tmp_path / "q/poor.jpg", "coffee", width=150)
    return tmp_path / "l"


def configured(folder: Path) -> None:
    file = folder / "p.yaml"
    file.write_text(
        f"folders: [{{path: {folder}/l, role: library, ignore: ['*.png']}}, {{path: {folder}/q, role: query}},"
        f" {{path: {folder}/l/private, role: ignore}}]\n"
    )


def test_scan_counts_and_fails_with_1_where_a_file_failed(pictures: Path, pictured: Pictured) -> None:
    assert "3 seen: 3 read, 0 unchanged" in pictured("scan", pictures).stdout
    (pictures / "no.jpg").write_text("no")

    result = pictured("scan", pictures, "--json")

    assert result.exit_code == 1
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["event"] for line in told] == ["file.failed", "scan.finished"]
    assert "no.jpg" in result.stderr


@pytest.mark.usefixtures("pictures")
def test_scan_takes_the_folders_of_the_configuration(tmp_path: Path, lines: Lines) -> None:
    configured(tmp_path)

    assert lines("scan", "--config", tmp_path / "p.yaml")[-1]["seen"] == 4


def test_scan_leaves_alone_what_the_configuration_ignores(
    pictures: Path, tmp_path: Path, draw: Draw, lines: Lines
) -> None:
    configured(tmp_path)
    draw(pictures / "private/a.jpg", "camera", width=100)
    draw(pictures / "a.png", "camera", width=100)

    assert lines("scan", "--config", tmp_path / "p.yaml")[-1]["seen"] == 4


def test_find_shows_copies_best_first(pictures: Path, tmp_path: Path, lines: Lines, pictured: Pictured) -> None:
    answer = lines("find", tmp_path / "q/poor.jpg", "--in", pictures)[-1]

    assert [(Path(match["path"]).name, match["best"]) for match in answer["matches"]] == [
        ("coffee.jpg", True), ("small.jpg", False),
    ]  # fmt: skip
    shown = pictured("find", tmp_path / "q").stdout
    assert shown.index("best") < shown.index("coffee.jpg") < shown.index("small.jpg")


def test_find_says_where_there_is_no_copy(pictures: Path, tmp_path: Path, draw: Draw, pictured: Pictured) -> None:
    result = pictured("find", draw(tmp_path / "x.jpg", "camera"), "--in", pictures)

    assert result.exit_code == 0
    assert "no copy found" in result.stdout


def test_a_match_that_does_not_keep_the_limits_of_the_configuration_is_none(
    pictures: Path, tmp_path: Path, lines: Lines
) -> None:
    config, query = tmp_path / "p.yaml", tmp_path / "q/poor.jpg"
    (found,) = (line for line in lines("find", query, "--in", pictures) if "matches" in line)
    ssim = {Path(match["path"]).name: match["measures"]["ssim"] for match in found["matches"]}
    assert set(ssim) == {"coffee.jpg", "small.jpg"}

    for limit, kept in ((min(ssim.values()), ssim), (max(ssim.values()) + 0.0001, {})):
        config.write_text(
            f"folders: [{{path: {pictures}, role: library}}, {{path: {tmp_path}/q, role: query}}]\n"
            f"matching: {{measures: {{ssim: {{at_least: {limit}}}}}}}\n"
        )
        for arguments in (("find", query), ("explain", query), ("dupes",)):
            told = lines(*arguments, "--config", config)
            matches = [match for line in told for match in line.get("matches", line.get("copies", []))]
            assert {Path(match["path"]).name for match in matches} == (set(kept) if arguments[0] != "dupes" else set())
    into = tmp_path / "best"
    (none,) = (
        line
        for line in lines("collect", query, "--in", pictures, "--into", into, "--config", config)
        if "query" in line
    )
    assert (none["collected"], none["reason"]) == (None, "no copy was found")


def test_find_ranks_everything_by_a_measure(pictures: Path, tmp_path: Path, lines: Lines, pictured: Pictured) -> None:
    query = tmp_path / "q/poor.jpg"
    (answer,) = (
        line for line in lines("find", query, "--in", pictures, "--top", "3", "--measure", "ssim") if "matches" in line
    )

    assert answer["ranked_by"] == "ssim"
    assert [match["kind"] for match in answer["matches"]] == ["same", "same", "unproven"]
    values = [match["measures"]["ssim"] for match in answer["matches"]]
    assert values == sorted(values, reverse=True)
    assert not any(match["best"] for match in answer["matches"])
    (first,) = lines("find", query, "--top", "1")
    assert (first["ranked_by"], len(first["matches"])) == ("ssim", 1)
    (by_mse,) = lines("find", query, "--measure", "mse")
    assert [match["measures"]["mse"] for match in by_mse["matches"]] == sorted(
        match["measures"]["mse"] for match in by_mse["matches"]
    )
    assert len(by_mse["matches"]) == 3
    shown = pictured("find", query, "--top", "3").stdout
    assert "unproven" in shown
    assert "best" not in shown


def test_scan_reads_again_what_is_known_where_that_is_asked(pictures: Path, lines: Lines) -> None:
    for options, counts in (((), (3, 0)), ((), (0, 3)), (("--again",), (3, 0))):
        finished = lines("scan", pictures, *options)[-1]
        assert (finished["hashed"], finished["unchanged"]) == counts


def test_dupes_shows_groups(pictures: Path, lines: Lines, pictured: Pictured) -> None:
    told = lines("dupes", "--in", pictures)

    groups = [[Path(member["path"]).name for member in line["members"]] for line in told if "members" in line]
    assert groups == [["coffee.jpg", "small.jpg"]]
    assert [line for line in lines("dupes") if "members" in line] == [line for line in told if "members" in line]
    assert "coffee.jpg" in pictured("dupes").stdout


def test_collect_and_undo(pictures: Path, tmp_path: Path, lines: Lines, pictured: Pictured) -> None:
    arguments = ("collect", tmp_path / "q", "--in", pictures, "--into", tmp_path / "best")
    assert "would collect" in pictured(*arguments, "--dry-run").stdout
    assert not (tmp_path / "best").exists()

    assert lines(*arguments)[-1]["collected"] == str(tmp_path / "best/coffee.jpg")
    assert [path.name for path in (tmp_path / "best").iterdir()] == ["coffee.jpg"]

    assert "taken back" in pictured("undo").stdout
    assert list((tmp_path / "best").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "{0}/absent"], "there is no folder"),
        (["scan", "{0}/l/coffee.jpg"], "is a file; name the folder it is in"),
        (["collect", "--in", "{0}/l", "--into", "{0}/l"], "is one of the folders that are searched"),
        (["collect", "--in", "{0}/l", "--into", "{0}/l/coffee.jpg"], "is a file; name a folder"),
    ],
)
@pytest.mark.usefixtures("pictures")
def test_what_cannot_be_is_refused_before_anything_is_done(
    tmp_path: Path, pictured: Pictured, arguments: list[str], message: str
) -> None:
    result = pictured(*(word.format(tmp_path) for word in arguments))

    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)
    assert not (tmp_path / "state").exists()


def test_folders_inside_others_are_scanned_once(pictures: Path, tmp_path: Path, lines: Lines) -> None:
    (tmp_path / "link").symlink_to(pictures)
    (pictures / "deep").mkdir()

    assert lines("scan", pictures, pictures / "deep", tmp_path / "link")[-1]["seen"] == 3


def test_a_name_that_is_no_text_comes_through(pictures: Path, tmp_path: Path, lines: Lines) -> None:
    odd = Path(os.fsdecode(os.fsencode(pictures) + b"/\xff.jpg"))
    (pictures / "coffee.jpg").rename(odd)

    answer = lines("find", tmp_path / "q/poor.jpg", "--in", pictures)[-1]

    assert answer["matches"][0]["path"] == str(odd)
