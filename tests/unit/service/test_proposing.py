import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictured.collecting.settings import CollectSettings
from pictured.flow import Collect, Form, Picture, Render
from pictured.rules.rule import Rule
from pictured.service.library import Library, Scope
from pictured.service.proposing import (
    Wish,
    asked_for,
    propose_copy,
    propose_result,
    rule_of,
    supersede,
    told_of,
    wish_of,
)
from pictured.service.reports import json_line
from pictured.service.workers import Workers
from pictured.store.queue import Queue

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Photo = Callable[[str], Image.Image]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


def wish_in(folder: Path) -> Wish:
    entry = CollectSettings.model_validate({"name": "best", "from": [folder / "l"], "into": folder / "best"})
    return Wish(entry, Scope(entry.sources, (folder / "best", folder / "q")))


def step_of(picture: Picture, query: Path | None, folder: Path) -> Collect:
    digest, target = picture.content.digest, folder / "best" / picture.path.name
    return Collect("best", query, picture.path, picture.stamp, digest, target, Form.COPY, "the only copy")


def test_a_copy_waits_with_its_entry_and_is_asked_for_by_the_content_of_the_query(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    query = index(draw(tmp_path / "q/a.jpg", "coffee", width=60))
    wish = wish_in(tmp_path)

    proposal = propose_copy(library, step_of(original, query.path, tmp_path), wish)

    assert proposal is not None
    assert proposal.asked == query.content.digest
    assert wish_of(proposal) == wish


def test_a_group_is_asked_for_by_its_entry(tmp_path: Path, library: Library, draw: Draw, index: Index) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))

    proposal = propose_copy(library, step_of(original, None, tmp_path), wish_in(tmp_path))

    assert proposal is not None
    assert proposal.asked == asked_for(wish_in(tmp_path).entry)


def test_a_better_copy_of_a_group_takes_the_place_of_the_one_that_waited_and_of_no_other_frame(
    tmp_path: Path, library: Library, photo: Photo, draw: Draw, index: Index, with_workers: Run
) -> None:
    waited = [index(draw(tmp_path / "l/chelsea.jpg", "chelsea", width=200))]
    # What lies elsewhere in the second frame is too small for the index to see.
    for name, place, quality in (("worse", (200, 150), 60), ("frame", (212, 146), 90), ("best", (200, 150), 95)):
        frame = photo("coffee").copy()
        frame.paste(photo("chelsea").crop((150, 60, 220, 120)), place)
        frame.save(tmp_path / f"l/{name}.jpg", quality=quality)
        waited.append(index(tmp_path / f"l/{name}.jpg"))
    wish = wish_in(tmp_path)
    *_, last = [propose_copy(library, step_of(each, None, tmp_path), wish) for each in waited]
    assert last is not None

    with_workers(lambda workers: supersede(library, workers, last, wish.scope))

    waiting = [each.step.source.stem for each in Queue(library.db).waiting()]
    assert waiting == ["chelsea", "frame", "best"]


def test_a_rule_waits_as_it_is(tmp_path: Path, library: Library, draw: Draw, index: Index) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    rule = Rule.model_validate(
        {
            "name": "web",
            "folders": [tmp_path / "l"],
            "when": {"min_bytes": "1kB", "min_age": "5s"},
            "actions": [{"action": "resize", "percent": 50}],
            "output": {"into": tmp_path / "web"},
        }
    )
    digest, target = picture.content.digest, tmp_path / "web/a.jpg"
    render = Render("rules/web", b"r" * 32, picture.path, picture.stamp, digest, target, "resize")

    proposal = propose_result(library, render, rule)

    assert proposal is not None
    assert rule_of(proposal) == rule
    assert propose_result(library, render, rule) is None


def test_what_is_told_keeps_every_byte_of_a_name(tmp_path: Path, library: Library, draw: Draw, index: Index) -> None:
    name = os.fsdecode(b"\xff<script>.jpg")
    original = index(draw(tmp_path / "l" / name, "coffee", width=100))
    proposal = propose_copy(library, step_of(original, None, tmp_path), wish_in(tmp_path))

    assert proposal is not None
    told = told_of(proposal)
    assert (told["do"], told["state"], told["query"], told["replaces"]) == ("collect", "waiting", None, None)
    assert Path(told["source"]) == original.path
    assert json_line(told).isascii()
