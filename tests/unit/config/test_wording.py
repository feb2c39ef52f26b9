import pytest
from pydantic import BaseModel

from pictured.actions import Action, Convert, Pad, Resize, Watermark
from pictured.collecting.settings import CollectSettings
from pictured.config.limits import Limits
from pictured.config.logs import Logging
from pictured.config.model import Config
from pictured.config.schedule import Schedule
from pictured.config.wording import default_of, in_yaml, models_in, type_of
from pictured.rules.rule import Output, Rule, When


@pytest.mark.parametrize(
    ("model", "field", "kind", "default"),
    [
        (Config, "settle", "duration", "5s"),
        (Config, "folders", "list of keys below, at least one", None),
        (Config, "limits", "keys below", None),
        (Limits, "memory", "size, 64000000 bytes or more", "512MB"),
        (Limits, "workers", "whole number, 1 to 256", ""),
        (Limits, "forget", "duration", "30d"),
        (Logging, "level", "`debug`, `info`, `warning`, `error`", "info"),
        (Schedule, "rescan", "list of time, at least one", "[every 6h]"),
        (CollectSettings, "sources", "list of path, at least one", None),
        (CollectSettings, "form", "`copy`, `hardlink`, `symlink`, `reflink`", "copy"),
        (CollectSettings, "file_name", "text", '"{stem}{ext}"'),
        (Convert, "quality", "whole number, 1 to 100 or `visually_lossless`, `high`, `small`", "visually_lossless"),
        (Resize, "width", "whole number, 1 to 1000000", ""),
        (When, "exif", "keys with keys below", "{}"),
        (When, "max_age", "duration", ""),
        (Output, "never_larger", "true or false", "true"),
    ],
)
def test_keys_are_put_into_words(model: type[BaseModel], field: str, kind: str, default: str | None) -> None:
    assert type_of(model.model_fields[field]) == kind
    assert default_of(model.model_fields[field]) == default


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("~/Pictures", "~/Pictures"),
        ("a: b", '"a: b"'),
        ("no", '"no"'),
        ("5s", "5s"),
        (True, "true"),
        (500.0, "500"),
        (0.6, "0.6"),
        ({"format": ["jpeg"], "width": 3}, "{format: [jpeg], width: 3}"),
    ],
)
def test_values_are_written_as_yaml(value: object, text: str) -> None:
    assert in_yaml(value) == text


def test_the_models_of_a_key_are_found() -> None:
    assert models_in(Rule.model_fields["actions"].annotation) == models_in(Action)
    assert set(models_in(Action)) >= {Resize, Pad, Convert, Watermark}
    assert models_in(str) == ()
