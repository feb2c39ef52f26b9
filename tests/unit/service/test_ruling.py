import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.flow import Collect, Form, Picture, Role
from pictured.rules.planning import digest_of
from pictured.rules.rule import Rule
from pictured.service.library import Library
from pictured.service.orders import Orders
from pictured.service.ruling import Ruling, judged, rulings
from pictured.service.workers import Workers
from pictured.store.renders import Rendering, Renders
from pictured.watching.settings import FolderSettings

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
WithWorkers = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


def rule(folder: Path, name: str = "web", **given: object) -> Rule:
    base = {"name": name, "folders": [folder / "l"], "output": {"into": folder / "web"}, "mode": "auto"}
    return Rule.model_validate(base | {"actions": [{"action": "resize", "long_edge": 60}]} | given)


@pytest.fixture
def taken_by(tmp_path: Path, library: Library, with_workers: WithWorkers) -> Callable[..., list[Ruling]]:
    """The rules that take a picture."""

    def run(picture: Picture, *rules: Rule) -> list[Ruling]:
        orders = Orders((FolderSettings(path=tmp_path / "l", role=Role.LIBRARY),), (), 60.0, rules)

        async def scenario(workers: Workers) -> list[Ruling]:
            return [ruling async for ruling in rulings(library, workers, orders, picture)]

        found: list[Ruling] = with_workers(scenario)
        return found

    return run


Taken = Callable[..., list[Ruling]]


def test_rules_take_a_picture_in_their_order(tmp_path: Path, draw: Draw, index: Index, taken_by: Taken) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    rules = [
        rule(tmp_path),
        rule(tmp_path, "off", enabled=False),
        rule(tmp_path, "elsewhere", folders=[tmp_path / "l/x"]),
        rule(tmp_path, "png only", when={"format": ["png"]}),
        rule(tmp_path, "print", mode="shadow"),
    ]
    assert [ruling.rule.name for ruling in taken_by(picture, *rules)] == ["web", "print"]


def test_a_rule_is_not_carried_out_twice_on_a_content(
    tmp_path: Path, draw: Draw, index: Index, library: Library, taken_by: Taken
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    asked = rule(tmp_path)
    Renders(library.db).record(
        Rendering(picture.content.digest, digest_of(asked), "rules/web", picture.path, 0.0, "kept", "why", {})
    )
    edited = rule(tmp_path, actions=[{"action": "resize", "long_edge": 61}])
    assert taken_by(picture, asked) == []
    assert len(taken_by(picture, edited)) == 1


def test_what_a_rule_made_is_taken_by_none_wherever_it_is_moved(
    tmp_path: Path, draw: Draw, index: Index, library: Library, taken_by: Taken
) -> None:
    original, made = (
        index(draw(tmp_path / f"l/{name}.jpg", "coffee", width=width)) for name, width in (("a", 120), ("b", 60))
    )
    step = Collect(
        "rules/web", None, original.path, original.stamp, made.content.digest, tmp_path / "web/a.jpg", Form.COPY, "why"
    )
    library.journal.finish(library.journal.begin(step, 0.0), made.stamp, 0.0)
    assert taken_by(made, rule(tmp_path)) == []
    assert len(taken_by(original, rule(tmp_path))) == 1


def test_a_rule_that_waits_for_an_age_says_when_it_is_due(
    tmp_path: Path, draw: Draw, index: Index, taken_by: Taken
) -> None:
    path = draw(tmp_path / "l/a.jpg", "coffee", width=120)
    os.utime(path, (time.time() - 100, time.time() - 100))
    picture = index(path)
    [ruling] = taken_by(picture, rule(tmp_path, when={"min_age": "5min"}))
    assert ruling.due == pytest.approx(200, abs=60)
    assert taken_by(picture, rule(tmp_path, when={"min_age": "5min", "format": ["png"]})) == []
    assert taken_by(picture, rule(tmp_path, when={"min_age": "10s"}))[0].due is None


def test_a_copy_of_a_known_picture_is_told_apart(
    tmp_path: Path, draw: Draw, index: Index, library: Library, with_workers: WithWorkers
) -> None:
    alone = index(draw(tmp_path / "l/a.jpg", "rocket", width=200))
    index(draw(tmp_path / "l/b.jpg", "coffee", width=300))
    copy = index(draw(tmp_path / "l/c.jpg", "coffee", width=200))
    new_only, copies = rule(tmp_path, when={"is_copy": False}), rule(tmp_path, when={"is_copy": True})

    async def scenario(workers: Workers) -> list[str | None]:
        pairs = [(new_only, alone), (new_only, copy), (copies, alone), (copies, copy)]
        return [
            (await judged(library, workers, asked, picture, tmp_path / "l", Role.LIBRARY)).unmet
            for asked, picture in pairs
        ]

    assert with_workers(scenario) == [
        None,
        "it is a copy of a known picture",
        "it is no copy of a known picture",
        None,
    ]
