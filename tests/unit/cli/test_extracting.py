import base64
import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from pictured.cli.extracting import extract
from pictured.errors import Changed, Refused, Vanished
from pictured.imaging.rendering.envelopes import sealed
from pictured.imaging.rendering.labelling import relabelled
from pictured.imaging.rendering.metadata import Metadata

KEY = bytes(range(32))


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(extract)
    return CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


def picture(folder: Path, data: bytes | None, key: bytes | None = None) -> Path:
    Image.new("RGB", (8, 8)).save(folder / "plain.jpg")
    payload = None if data is None else sealed(data, key)
    relabelled(folder / "plain.jpg", Metadata(payload=payload), "jpeg", folder / "a.jpg")
    return folder / "a.jpg"


def test_data_go_to_standard_output_as_they_are(tmp_path: Path) -> None:
    assert run(picture(tmp_path, b"\0\xff data")).stdout_bytes == b"\0\xff data"


def test_encrypted_data_need_their_key(tmp_path: Path) -> None:
    file, key = picture(tmp_path, b"a secret", KEY), tmp_path / "key"
    key.write_bytes(KEY)
    assert run(file, "--key-file", key).stdout == "a secret"
    with pytest.raises(Refused, match=r"a\.jpg has embedded data that are encrypted"):
        run(file)
    with pytest.raises(Vanished):
        run(file, "--key-file", tmp_path / "none")


def test_data_go_to_a_new_file_and_nothing_is_overwritten(tmp_path: Path) -> None:
    file, out = picture(tmp_path, b"data"), tmp_path / "out"
    assert "4 bytes" in run(file, "--out", out).stdout
    assert out.read_bytes() == b"data"
    with pytest.raises(Changed, match="exists already"):
        run(file, "--out", out)


def test_programs_get_a_json_line(tmp_path: Path) -> None:
    file = picture(tmp_path, b"data")
    found = json.loads(run(file, "--json").stdout)
    assert (found["bytes"], found["encrypted"], base64.b64decode(found["data"])) == (4, False, b"data")
    assert json.loads(run(file, "--json", "--out", tmp_path / "o").stdout)["out"] == str(tmp_path / "o")


def test_a_file_without_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"a\.jpg has no embedded data"):
        run(picture(tmp_path, None))
    (tmp_path / "text").write_text("a text")
    with pytest.raises(Refused, match="is no JPEG"):
        run(tmp_path / "text")
    with pytest.raises(Vanished):
        run(tmp_path / "none.jpg")
