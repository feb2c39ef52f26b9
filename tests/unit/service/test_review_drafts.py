from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.test_proposing import step_of, wish_in

from pictured.errors import FileError, Refused, UsageError
from pictured.flow import Picture, Render
from pictured.reporting.cards import Card
from pictured.rules.planning import digest_of
from pictured.rules.rule import Rule
from pictured.service.library import Library
from pictured.service.proposing import propose_copy, propose_result
from pictured.service.review_drafts import Drafts
from pictured.service.workers import Workers
from pictured.store.queue import Proposal

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]
Tree = Callable[[Path], dict[str, bytes]]
HALF = [{"action": "resize", "percent": 50}]
TILES = [{"action": "tile", "width": 64, "height": 64}]


def proposed(library: Library, picture: Picture, into: Path, actions: list[dict[str, object]] = HALF) -> Proposal:
    told = {"name": "web", "folders": ["/l"], "actions": actions, "output": {"into": str(into)}}
    rule = Rule.model_validate(told)
    render = Render(
        "rules/web", digest_of(rule), picture.path, picture.stamp, picture.content.digest, into / "a.jpg", "resize"
    )
    found = propose_result(library, render, rule)
    assert found is not None
    return found


def test_a_result_is_made_beside_the_index_and_placed_nowhere(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    proposal = proposed(library, picture, tmp_path / "web")

    async def scenario(workers: Workers) -> tuple[Card, Card]:
        drafts = Drafts(library, workers)
        first, second = await drafts.of(proposal), await drafts.of(proposal)
        assert first.wanted[1].path.is_relative_to(library.home)
        assert first.wanted[1].path.stat().st_size == first.facts["members"][1]["bytes"]
        drafts.close()
        return first, second

    first, second = with_workers(scenario)

    assert first is second
    assert [each["name"] for each in first.facts["members"]] == ["a.jpg", "a.jpg"]
    assert first.facts["members"][0]["bytes"] == picture.content.size
    assert first.facts["draft"] == {"bytes": first.facts["members"][1]["bytes"], "files": 1, "kept": None}
    assert not (tmp_path / "web").exists()
    assert list((library.home / "drafts").iterdir()) == []


def test_several_results_show_the_first_and_tell_of_the_others(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    proposal = proposed(library, picture, tmp_path / "web", TILES)

    async def scenario(workers: Workers) -> Card:
        drafts = Drafts(library, workers)
        try:
            return await drafts.of(proposal)
        finally:
            drafts.close()

    card = with_workers(scenario)

    assert card.facts["draft"]["files"] >= 4
    assert card.facts["draft"]["bytes"] > card.facts["members"][1]["bytes"]


def test_no_more_than_eight_are_kept(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=64))
    proposal = proposed(library, picture, tmp_path / "web")

    async def scenario(workers: Workers) -> None:
        drafts = Drafts(library, workers)
        for number in range(10):
            await drafts.of(replace(proposal, id=number))
        assert len(list((library.home / "drafts").iterdir())) == 8
        drafts.close()

    with_workers(scenario)


def test_what_cannot_be_made_leaves_nothing_behind(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=64))
    ruled = proposed(library, picture, tmp_path / "web")
    copied = propose_copy(library, step_of(picture, None, tmp_path), wish_in(tmp_path))
    assert copied is not None
    elsewhere = replace(ruled, step=replace(ruled.step, stamp=replace(picture.stamp, size=1)))

    async def scenario(workers: Workers) -> None:
        drafts = Drafts(library, workers)
        with pytest.raises(UsageError, match="which is made as it is"):
            await drafts.of(copied)
        with pytest.raises(Refused, match="changed or is gone"):
            await drafts.of(elsewhere)
        picture.path.unlink()
        with pytest.raises(FileError):
            await drafts.of(ruled)

    with_workers(scenario)
    assert list((library.home / "drafts").iterdir()) == []
