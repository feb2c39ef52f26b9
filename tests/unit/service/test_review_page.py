import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.service.test_proposing import step_of, wish_in

from pictured.flow import Picture, Render
from pictured.reporting.cards import Card
from pictured.rules.rule import Rule
from pictured.service.library import Library
from pictured.service.proposing import propose_copy, propose_result
from pictured.service.review_page import Previews, card_of, key_of, path_of, review_page
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]
HOSTILE = "</script><img src=x onerror=alert(1)>.jpg".replace("/", "\u2215")


@given(st.binary(min_size=1, max_size=60))
def test_a_path_goes_to_the_page_and_back_with_every_byte(name: bytes) -> None:
    path = Path(os.fsdecode(b"/" + name))
    assert path_of(key_of(path)) == path


@pytest.mark.parametrize("key", ["ä", "a", "?!", "====a"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  binascii's or codecs' own
        path_of(key)


def test_the_page_shows_who_asks_and_what_may_be_chosen_and_stays_a_page(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: Run
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    hostile = index(draw(tmp_path / "l" / HOSTILE, "coffee", width=200))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=120), asking=True)
    proposal = propose_copy(library, step_of(original, query.path, tmp_path), wish_in(tmp_path))
    assert proposal is not None

    async def scenario(workers: Workers) -> tuple[str, list[Card]]:
        return await review_page(library, Previews(workers))

    text, [drawn] = with_workers(scenario)

    facts = json.loads(re.findall(r'id="facts">(.*?)</script>', text)[0])
    [card] = facts["cards"]
    assert facts["live"] is True
    assert (card["id"], card["proposal"]["target"]) == (proposal.id, str(tmp_path / "best/a.jpg"))
    assert [each["label"] for each in card["members"]] == ["Best", "Asked for", "Copy 3"]
    assert path_of(card["members"][2]["key"]) == hostile.path
    assert (drawn.facts["id"], len(drawn.wanted)) == (proposal.id, 3)
    assert "<img src=x" not in text
    assert "connect-src 'self'" in text
    assert len(re.findall(r'"d":"UklGR', text)) == 3


def test_a_picture_that_is_gone_and_a_rule_have_cards_too(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    gone = propose_copy(library, step_of(original, None, tmp_path), wish_in(tmp_path))
    rule = Rule.model_validate(
        {"name": "web", "folders": ["/l"], "actions": [{"action": "resize", "percent": 50}], "output": {"into": "/web"}}
    )
    digest = original.content.digest
    render = Render("rules/web", b"r" * 32, original.path, original.stamp, digest, Path("/web/a.jpg"), "resize")
    made = propose_result(library, render, rule)
    assert gone is not None
    assert made is not None
    ruled = card_of(library, made)
    library.catalogue.miss(original.path, 1.0)

    card = card_of(library, gone)

    assert (len(card.facts["members"]), card.wanted) == (1, ())
    assert [each["name"] for each in ruled.facts["members"]] == ["a.jpg", "a.jpg"]
    assert (ruled.facts["members"][1]["bytes"], ruled.facts["members"][1]["unmade"]) == (None, True)
    assert (ruled.facts["type"], ruled.facts["proposal"]["replaces"]) == ("rule", None)
