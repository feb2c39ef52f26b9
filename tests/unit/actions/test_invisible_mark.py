import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from pictured.actions.invisible_mark import InvisibleMark


def test_a_text_makes_the_key() -> None:
    made = InvisibleMark(action="invisible_mark", key_text="{stem}", bits=128).operation({"stem": "beach"})
    assert made.key == hashlib.sha256(b"beach").digest()[:16]


def test_without_text_and_file_the_key_is_left_to_chance() -> None:
    made = InvisibleMark(action="invisible_mark", bits=64, on_weak="fail").operation({})
    assert (made.key, made.key_file, made.bits, made.on_weak) == (None, None, 64, "fail")


def test_files_are_named_and_not_read() -> None:
    settings = InvisibleMark(action="invisible_mark", key_file=Path("/none/key"), secret_file=Path("/none/secret"))
    made = settings.operation({})
    assert (made.key_file, made.secret_file) == ("/none/key", "/none/secret")


@pytest.mark.parametrize("settings", [{"key_file": "a", "key_text": "b"}, {"bits": 100}, {"key_text": "{unknown}"}])
def test_what_cannot_be_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        InvisibleMark.model_validate({"action": "invisible_mark"} | settings)
