from pathlib import Path
from typing import Annotated

from pydantic import Field

from pictured.actions import Action, Convert, Pad, Resize, Watermark
from pictured.collecting.settings import CollectSettings
from pictured.config.document import Entries, Entry, Position, Scalar
from pictured.config.shapes import (
    alternatives,
    fields_of,
    is_nothing,
    items_of,
    mapped_values_of,
    model_for,
    takes_path,
    takes_text,
)

HERE = Position(1, 1)


def action(name: str) -> Entries:
    return Entries(HERE, (Entry(HERE, "action", Scalar(HERE, name, name)),))


def test_unions_and_annotations_are_taken_apart() -> None:
    assert alternatives(Annotated[int, Field(ge=1)] | Path | None) == (int, Path, type(None))
    assert set(alternatives(Action)) >= {Convert, Pad, Resize, Watermark}


def test_collections_say_what_is_in_them() -> None:
    assert items_of(alternatives(tuple[Path, ...] | None)) == (Path,)
    assert items_of((str,)) == ()
    assert mapped_values_of(alternatives(dict[str, int])) == (int,)
    assert mapped_values_of((str,)) is None


def test_the_key_that_tells_chooses_the_model() -> None:
    assert model_for(alternatives(Action), action("pad")) is Pad
    assert model_for(alternatives(Action), action("explode")) is None
    assert model_for(alternatives(Action), Entries(HERE, ())) is None
    assert model_for((CollectSettings,), Entries(HERE, ())) is CollectSettings


def test_keys_are_those_of_yaml() -> None:
    fields = fields_of(CollectSettings)
    assert {"from", "for", "as"} < fields.keys()
    assert not {"sources", "purpose", "form"} & fields.keys()
    assert takes_path(items_of(fields["from"]))
    assert not takes_path(fields["name"])


def test_numbers_are_text_only_where_no_number_can_be_meant() -> None:
    assert takes_text((str,))
    assert takes_text((str, type(None)))
    assert not takes_text((str, int))
    assert not takes_text((bool,))
    assert not takes_text(())


def test_a_key_without_a_value_is_nothing() -> None:
    assert is_nothing(Scalar(HERE, None, ""))
    assert not is_nothing(Scalar(HERE, "", ""))
    assert not is_nothing(Entries(HERE, ()))
