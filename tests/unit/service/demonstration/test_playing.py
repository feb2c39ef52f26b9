import asyncio
from pathlib import Path

import pytest

from pictured.config.loading import load
from pictured.errors import UsageError
from pictured.flow import Role
from pictured.service.demonstration.playing import play, prepared


async def first(folder: Path) -> None:
    async for _ in play(folder, 0):
        return


def test_the_folder_is_made_ready_with_a_configuration_without_faults(tmp_path: Path) -> None:
    stage = prepared(tmp_path / "a $HOME ~ folder" / "demo")
    config = load(stage / "pictured.yaml", environ={}, home=tmp_path)
    assert [(folder.path, folder.role) for folder in config.folders] == [
        (stage / "Pictures", Role.LIBRARY),
        (stage / "Wanted", Role.QUERY),
    ]
    assert config.collect[0].into == stage / "Collected"
    assert config.settle == 0.5
    assert not [path for path in stage.rglob("*") if path.is_file() and path.name != "pictured.yaml"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert prepared(tmp_path) == tmp_path.resolve()


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty; name a new or an empty folder"):
        asyncio.run(first(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(UsageError, match=r"file cannot be used: .*; name another folder"):
        asyncio.run(first(file))
