import pytest
from pydantic import ValidationError

from pictured.actions import Watermark


@pytest.mark.parametrize("what", [{"text": "© {exif.year} {exif.artist}"}, {"logo": "/logo.png"}])
def test_a_text_or_a_logo_is_taken(what: dict[str, object]) -> None:
    assert Watermark.model_validate({"action": "watermark", **what}).position == "bottom-right"


@pytest.mark.parametrize(
    "what",
    [{}, {"text": "a", "logo": "/l.png"}, {"text": "{nobody}"}, {"text": ""}, {"text": "a", "size": 0}],
)
def test_what_cannot_be_drawn_is_refused(what: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Watermark.model_validate({"action": "watermark", **what})
