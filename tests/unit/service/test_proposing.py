import os
from collections.abc import Callable
from pathlib import Path

from pictured.collecting.settings import CollectSettings
from pictured.flow import Collect, Form, Picture, Render
from pictured.rules.rule import Rule
from pictured.service.library import Library, Scope
from pictured.service.proposing import Wish, asked_for, propose_copy, propose_result, rule_of, told_of, wish_of
from pictured.service.reports import json_line
from pictured.store.queue import Queue

Draw = Callable[..., Path]
Index = Callable[..., Picture]


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


def test_a_better_copy_of_a_group_takes_the_place_of_the_one_that_waited(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    small = index(draw(tmp_path / "l/small.jpg", "coffee", width=200))
    other = index(draw(tmp_path / "l/other.jpg", "chelsea", width=200))
    for picture in (small, other):
        propose_copy(library, step_of(picture, None, tmp_path), wish_in(tmp_path))
    large = index(draw(tmp_path / "l/large.jpg", "coffee", width=300))

    propose_copy(library, step_of(large, None, tmp_path), wish_in(tmp_path))

    assert [each.step.source for each in Queue(library.db).waiting()] == [other.path, large.path]


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
