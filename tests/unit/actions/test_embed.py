from pathlib import Path

import pytest
from pydantic import ValidationError

from pictured.actions.embed import Embed


def test_a_text_is_filled_in() -> None:
    assert Embed(action="embed", text="from {stem}").operation({"stem": "beach"}).text == "from beach"


def test_files_are_named_and_not_read() -> None:
    made = Embed(action="embed", file=Path("/none/data"), key_file=Path("/none/key")).operation({})
    assert (made.text, made.file, made.key_file) == (None, "/none/data", "/none/key")


@pytest.mark.parametrize("settings", [{}, {"text": "a", "file": "b"}, {"text": "{unknown}"}, {"key_file": "k"}])
def test_what_cannot_be_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Embed.model_validate({"action": "embed"} | settings)
