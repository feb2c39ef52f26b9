from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from pictured.config.model import Config
from pictured.config.wording import models_in


def every_model(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            yield from every_model(inner)


MODELS = sorted(set(every_model(Config)), key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS)
def test_every_field_is_described(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not (field.description or "").endswith(".")] == []


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_frozen_and_closed_and_has_a_manual(model: type[BaseModel]) -> None:
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("extra") == "forbid"
    assert model.__doc__


def test_a_folder_is_all_that_is_needed() -> None:
    config = Config.model_validate({"folders": [{"path": "/p", "role": "library"}]})
    assert (config.collect, config.rules, config.settle) == ((), (), 5.0)


@pytest.mark.parametrize("values", [{}, {"folders": []}])
def test_without_folders_there_is_nothing_to_do(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(values)
