import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Pictured = Callable[..., Result]


def findings(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_all_is_well_with_a_configuration_and_its_folders(pictured: Pictured, tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    config = tmp_path / "p.yaml"
    config.write_text(
        f"folders: [{{path: {tmp_path}/l, role: library}}]\n"
        f"collect: [{{name: best, from: [{tmp_path}/l], into: {tmp_path}/best}}]\n"
    )

    result = pictured("doctor", "--config", config, "--json", "--thorough")

    assert result.exit_code == 0, result.output
    found = findings(result)
    assert {"configuration", "decoders", "folder", "destination", "state", "index", "clock"} <= {
        finding["subject"] for finding in found
    }
    assert all(finding["advice"] for finding in found if finding["state"] != "good")
    assert not (tmp_path / "state").exists()
    assert not (tmp_path / "best").exists()


def test_something_wrong_ends_it_with_exit_code_1_and_says_what_to_do(pictured: Pictured, tmp_path: Path) -> None:
    config = tmp_path / "p.yaml"
    config.write_text(f"folders: [{{path: {tmp_path}/gone, role: library}}]\n")

    result = pictured("doctor", "--config", config)

    assert result.exit_code == 1
    assert f"{tmp_path}/gone is not there" in result.stdout
    assert "connect its drive" in result.stdout


def test_a_faulty_configuration_is_one_finding_among_others(pictured: Pictured, tmp_path: Path) -> None:
    config = tmp_path / "p.yaml"
    config.write_text("folders: nothing\n")

    result = pictured("doctor", "--config", config, "--json")

    assert result.exit_code == 1
    states = {finding["subject"]: finding["state"] for finding in findings(result)}
    assert states["configuration"] == "wrong"
    assert states["index"] == "good"


def test_a_service_file_that_starts_a_program_that_is_gone_is_wrong(pictured: Pictured, tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    config = tmp_path / "p.yaml"
    config.write_text(f"folders: [{{path: {tmp_path}/l, role: library}}]\n")
    assert pictured("service", "install", "--config", config).exit_code == 0
    (file,) = [path for path in tmp_path.rglob("*pictured*") if path.suffix in {".service", ".plist"}]
    file.write_text(file.read_text().replace("ExecStart=:", "ExecStart=:/gone").replace("<string>/", "<string>/gone/"))

    result = pictured("doctor", "--config", config, "--json")

    wrong = [finding for finding in findings(result) if finding["state"] == "wrong"]
    assert [finding["subject"] for finding in wrong] == ["service"]
    assert "service install" in wrong[0]["advice"]
