from pathlib import Path
from typing import Any

from pictured.config.attachments import absent
from pictured.config.model import Config


def config(folder: Path, *actions: dict[str, Any], enabled: bool = True) -> Config:
    rule = {
        "name": "web",
        "enabled": enabled,
        "folders": [folder / "l"],
        "actions": actions,
        "output": {"into": folder / "web"},
    }
    return Config.model_validate({"folders": [{"path": folder / "l", "role": "library"}], "rules": [rule]})


def test_a_file_that_is_not_there_is_named_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "logo.png").touch()
    asked = config(
        tmp_path,
        {"action": "watermark", "logo": tmp_path / "logo.png"},
        {"action": "watermark", "text": "x", "font_file": tmp_path / "gone.ttf"},
        {"action": "embed", "file": tmp_path},
    )
    assert list(absent(asked)) == [
        (("rules", 0, "actions", 1, "font_file"), f"{tmp_path}/gone.ttf is not there; name a file"),
        (("rules", 0, "actions", 2, "file"), f"{tmp_path} is a folder; name a file"),
    ]


def test_a_rule_that_rests_asks_for_nothing(tmp_path: Path) -> None:
    asked = config(tmp_path, {"action": "watermark", "logo": tmp_path / "gone.png"}, enabled=False)
    assert list(absent(asked)) == []
