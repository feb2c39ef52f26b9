from pathlib import Path

from pictured.config.model import Config
from pictured.imaging.engines import Engine
from pictured.service.diagnosis.engines import engines, judged, lettered
from pictured.service.diagnosis.finding import State


def config(**action: object) -> Config:
    rule = {"name": "r", "folders": ["/l"], "actions": [action], "output": {"into": "/o"}}
    return Config.model_validate({"folders": [{"path": "/l", "role": "library"}], "rules": [rule]})


def states(engine: Engine, *, needed: bool = True) -> list[State]:
    return [finding.state for finding in judged(engine, needed=needed)]


def test_a_library_that_knows_everything_is_good() -> None:
    assert states(Engine("Pillow", "12.0")) == [State.GOOD]


def test_one_that_cannot_be_loaded_is_wrong_where_it_is_needed() -> None:
    assert states(Engine("libvips", None)) == [State.WRONG]
    assert states(Engine("libvips", None), needed=False) == [State.NOTE]


def test_missing_formats_are_named_with_what_brings_them() -> None:
    (heic,) = judged(Engine("Pillow", "12.0", ("HEIC",)), needed=True)
    (more,) = judged(Engine("Pillow", "12.0", ("AVIF", "HEIC")), needed=True)
    assert heic.advice == "run: pip install 'pictured[heif]'"
    assert "AVIF, HEIC" in more.text
    assert "wheels" in (more.advice or "")


def test_the_mode_that_hardened_services_forbid_is_told() -> None:
    assert states(Engine("libvips", "8.18.0", compiled=False)) == [State.GOOD, State.NOTE]


def test_fonts_are_looked_for_only_where_a_rule_writes_text() -> None:
    def subjects(settings: Config | None) -> set[str]:
        return {finding.subject for finding in engines(settings)}

    assert subjects(None) == {"decoders"}
    assert subjects(config(action="resize", width=10)) == {"decoders"}
    assert subjects(config(action="watermark", text="x")) == {"decoders", "fonts"}
    assert subjects(config(action="watermark", text="x", font_file=Path("/f.ttf"))) == {"decoders"}


def test_no_font_is_wrong() -> None:
    assert lettered(installed=True).state is State.GOOD
    assert lettered(installed=False).state is State.WRONG
