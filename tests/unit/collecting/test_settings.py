from pathlib import Path

import pytest
from pydantic import ValidationError

from pictured.collecting.settings import CollectSettings, Criterion, Layout, Mode, OnConflict, Purpose
from pictured.flow import Form

LEAST = {"name": "best", "from": ["/pictures"], "into": "/best"}


def test_by_default_nothing_is_written_and_nothing_overwritten() -> None:
    entry = CollectSettings.model_validate(LEAST)
    assert entry.mode is Mode.SHADOW
    assert (entry.purpose, entry.form, entry.layout) == (Purpose.QUERIES, Form.COPY, Layout.FLAT)
    assert (entry.file_name, entry.on_conflict) == ("{stem}{ext}", OnConflict.RENAME)
    assert entry.prefer == (
        Criterion.UNCUT,
        Criterion.CLEAN,
        Criterion.COLOUR,
        Criterion.DETAIL,
        Criterion.QUALITY,
        Criterion.BIT_DEPTH,
        Criterion.METADATA,
        Criterion.BYTES,
        Criterion.OLDEST,
    )


def test_python_code_uses_names_that_are_no_keywords() -> None:
    entry = CollectSettings(
        name="best", sources=(Path("/pictures"),), purpose=Purpose.ALL, into=Path("/best"), form=Form.SYMLINK
    )
    assert entry == CollectSettings.model_validate(LEAST | {"for": "all", "as": "symlink"})


@pytest.mark.parametrize(
    "fault",
    [
        {"from": []},
        {"for": "everything"},
        {"as": "move"},
        {"mode": "on"},
        {"prefer": []},
        {"prefer": ["pixels", "pixels"]},
        {"prefer": ["oldest", "newest"]},
        {"file_name": "{nam}"},
        {"file_name": "a/b"},
        {"name": ""},
        {"name": "a/b"},
        {"name": "a\n"},
        {"other": 1},
    ],
)
def test_what_cannot_be_meant_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CollectSettings.model_validate(LEAST | fault)
