import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pictured.actions.watermark import Watermark

FACTS = {
    "stem": "IMG_1",
    "width": "6000",
    "height": "4000",
    "date": "2024-05-06T12:30:05",
    "exif.artist": "Jane Doe",
    "exif.year": "2024",
}


def text(template: str, facts: dict[str, str]) -> str | None:
    return Watermark.model_validate({"action": "watermark", "text": template}).operation(facts).text


@pytest.mark.parametrize(
    "what",
    [
        {"text": "© {exif.year} {exif.artist}"},
        {"logo": "/logo.png"},
        {"text": "a", "colour": "#ff000080", "rotation": -30, "tiled": True, "effect": "outline"},
        {"logo": "/logo.svg", "width": 0.2, "colour": "own"},
    ],
)
def test_a_text_or_a_logo_is_taken(what: dict[str, object]) -> None:
    assert Watermark.model_validate({"action": "watermark", **what}).position == "bottom-right"


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"text": "a", "logo": "/l.png"},
        {"text": "{nobody}"},
        {"text": ""},
        {"text": "  "},
        {"text": "a", "size": 0},
        {"text": "a", "size": 0.1, "width": 0.1},
        {"text": "a", "colour": "own"},
        {"text": "a", "colour": "red"},
        {"text": "a", "font": "12"},
        {"text": "a", "margin": 0.6},
    ],
)
def test_what_cannot_be_drawn_is_refused(what: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Watermark.model_validate({"action": "watermark", **what})


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("© {exif.year} {exif.artist}", "© 2024 Jane Doe"),
        ("{stem} {date:%d.%m.%Y} {width}x{height}", "IMG_1 06.05.2024 6000x4000"),
        ("{{{stem}}}", "{IMG_1}"),
    ],
)
def test_placeholders_are_filled(template: str, filled: str) -> None:
    assert text(template, FACTS) == filled


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("© {exif.year} {exif.city} {exif.artist}", "© 2024 Jane Doe"),
        ("{exif.city} \u2013 {exif.artist}", "Jane Doe"),
        ("{exif.artist} \u2013 {exif.city}", "Jane Doe"),
        ("{exif.artist}, {exif.city}, {exif.year}", "Jane Doe, 2024"),
        ("{exif.artist} ({exif.city}) {exif.year}", "Jane Doe 2024"),
        ("{exif.city}, {exif.land}: {exif.artist}", "Jane Doe"),
        ("© {exif.city} {exif.land}", "©"),
        ("{exif.city} \u2013 {exif.land}", ""),
        ("{exif.artist}\n{exif.city}", "Jane Doe"),
        ("{exif.artist} - {stem}", "Jane Doe - IMG_1"),
    ],
)
def test_a_missing_field_leaves_no_gap(template: str, filled: str) -> None:
    assert text(template, FACTS) == filled


def test_what_stands_in_the_fields_is_not_tidied() -> None:
    assert text("© {exif.artist} {exif.none}", {"exif.artist": "A -- B, ()"}) == "© A -- B, ()"


@given(st.text())
def test_any_field_gives_a_text_that_can_be_shown(value: str) -> None:
    filled = text("© {exif.artist}", {"exif.artist": value}) or ""
    assert filled.startswith("©")
    filled.encode()
    assert "\0" not in filled


def test_bytes_of_a_file_name_that_are_no_text_are_replaced() -> None:
    assert text("{stem}", {"stem": "a\udcff"}) == "a\ufffd"


def test_a_field_is_one_line_of_bearable_length() -> None:
    assert text("{exif.artist}", {"exif.artist": "a\nb\tc"}) == "a b c"
    assert text("{exif.artist}", {"exif.artist": "x" * 60_000}) == "x" * 200 + "…"


def test_every_setting_goes_into_the_operation() -> None:
    settings = {
        "logo": "/logo.png",
        "font": "serif",
        "font_file": "/f.ttf",
        "position": "top",
        "width": 0.5,
        "margin": 0.1,
        "rotation": 45.0,
        "tiled": True,
        "spacing": 0.3,
        "colour": "#00ff00",
        "opacity": 0.2,
        "effect": "outline",
    }
    operation = Watermark.model_validate({"action": "watermark", **settings}).operation(FACTS)
    assert {name: getattr(operation, name) for name in settings} == settings
