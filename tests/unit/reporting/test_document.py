import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pictured.flow import Match
from pictured.imaging.preview import Closeup, Preview, Tile
from pictured.reporting.cards import Card, group_card
from pictured.reporting.document import About, Drawing, contents, is_ours, page
from pictured.reporting.encoding import data, fingerprint
from pictured.reporting.splitting import CARDS, allowance, parted, shares

MakeMatch = Callable[..., Match]
ABOUT = About("Copies <of> pictures", "2 & more", "made now", "0.1", ("r.html",))
PREVIEW = Preview(b"RIFF", 2, 1, (20, 10), "JPEG")
HOSTILE = [
    "<script>alert(1)<\u2044script>.jpg",
    "</script><script>alert(1)</script>".replace("/", "\u2215"),
    '"><img src=x onerror=alert(1)>.jpg',
    "' onload='alert(1)",
    "<!--.jpg",
    "$style ${script}.jpg",
    "\u202egpj.exe",
    "\udcff\n.jpg",
]
NAMES = st.sampled_from(HOSTILE) | st.text(min_size=1).filter(lambda name: "/" not in name and "\0" not in name)
FIXED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Read(HTMLParser):
    """The elements of a page, each with its attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))
        self.inside = True

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.elements[-1][2].append(data)

    def all(self, tag: str, **wanted: str) -> list[str]:
        return ["".join(text) for name, attrs, text in self.elements if name == tag and wanted.items() <= attrs.items()]


def cards_of(match: MakeMatch, *names: str) -> list[Card]:
    return [
        group_card(number, [match(f"/l/{name}"), match(f"/m/{name}/{name}")], [f"folder: /l/{name}"])
        for number, name in enumerate(names, start=1)
    ]


def drawn(match: MakeMatch, *names: str) -> str:
    cards = cards_of(match, *names)
    return page(0, cards, [Drawing((PREVIEW, "it is </script> gone"))] * len(cards), ABOUT)


def test_a_page_allows_its_own_script_and_style_by_their_hashes_and_nothing_else(match: MakeMatch) -> None:
    read = Read(drawn(match, "a.jpg"))
    (policy,) = (attrs["content"] for _, attrs, _ in read.elements if attrs.get("http-equiv"))
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    (script,) = (text for name, attrs, text in read.elements if name == "script" and "type" not in attrs)

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == fingerprint("".join(script))
    assert rules["style-src"] == fingerprint(read.all("style")[0])
    assert rules["img-src"] == "data:"
    assert not {"connect-src", "font-src", "frame-src", "object-src"} & set(rules)
    assert "unsafe" not in str(policy)


def test_a_page_that_is_served_may_ask_its_own_server_and_has_one_script_more(match: MakeMatch) -> None:
    read = Read(page(0, cards_of(match, "a.jpg"), [Drawing((PREVIEW, PREVIEW))], ABOUT, live=True))
    (policy,) = (attrs["content"] for _, attrs, _ in read.elements if attrs.get("http-equiv"))
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    scripts = ["".join(text) for name, attrs, text in read.elements if name == "script" and "type" not in attrs]

    assert rules["connect-src"] == "'self'"
    assert rules["script-src"] == " ".join(map(fingerprint, scripts))
    assert len(scripts) == 2
    assert json.loads(read.all("script", id="facts")[0])["live"] is True


def test_nothing_on_a_page_is_from_elsewhere_or_inline(match: MakeMatch) -> None:
    for text in (drawn(match, *HOSTILE), contents([cards_of(match, "a.jpg")], ABOUT)):
        for _, attrs, _ in Read(text).elements:
            assert not [name for name in attrs if name.startswith("on") or name in {"style", "src", "srcset", "action"}]
            assert not re.match(r"\w+:", attrs.get("href") or "#")


@FIXED
@given(names=st.lists(NAMES, min_size=1, max_size=3))
def test_a_name_stays_a_name(match: MakeMatch, names: list[str]) -> None:
    usual, hostile = (Read(drawn(match, *each)) for each in (["a.jpg"] * len(names), names))

    assert [(tag, *attrs) for tag, attrs, _ in usual.elements] == [(tag, *attrs) for tag, attrs, _ in hostile.elements]
    told = json.loads(hostile.all("script", id="facts")[0])
    assert [card["members"][0]["label"] for card in told["cards"]] == ["Best"] * len(names)


def test_texts_of_the_markup_are_escaped(match: MakeMatch) -> None:
    read = Read(drawn(match, "a.jpg"))

    assert read.all("title") == ["Copies <of> pictures"]
    assert "2 & more" in read.all("p", id="summary")[0]


def test_previews_wait_in_blocks_of_their_own(match: MakeMatch) -> None:
    read = Read(drawn(match, "a.jpg", "b.jpg"))

    first, second = json.loads(read.all("script", id="p2")[0])["p"]
    assert (first["w"], first["W"], first["d"]) == (2, 20, "UklGRg==")
    assert second == {"e": "it is </script> gone"}


def test_parts_at_full_size_stand_beside_the_previews(match: MakeMatch) -> None:
    closeup = Closeup(Tile(b"RIFF", 3, 2), Tile(b"RIFF", 1, 1), (0.1, 0.2, 0.3, 0.4), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    drawing = Drawing((PREVIEW, PREVIEW), {1: closeup, 2: "it is too large"})
    found = json.loads(Read(page(0, cards_of(match, "a.jpg"), [drawing], ABOUT)).all("script", id="p1")[0])["c"]

    assert [(tile["w"], tile["d"]) for tile in found["1"]["t"]] == [(3, "UklGRg=="), (1, "UklGRg==")]
    assert (found["1"]["where"], found["1"]["at"]) == ([0.1, 0.2, 0.3, 0.4], [1, 0, 0, 1, 0, 0])
    assert found["2"] == {"e": "it is too large"}


def test_a_report_is_known_by_its_beginning(match: MakeMatch) -> None:
    for text in (drawn(match, "a.jpg"), contents([cards_of(match, "a.jpg")], ABOUT)):
        assert is_ours(text.encode()[:200])
    assert not is_ours(b"<!doctype html>\n<html>")
    assert not is_ours(b"")


def test_several_pages_lead_to_each_other_and_the_index_to_all(match: MakeMatch) -> None:
    about = About("t", "s", "m", "0", ("my #1-001.html", "my #1-002.html"), "my #1.html")
    cards = cards_of(match, "a.jpg", "<b>.jpg")

    def links(text: str) -> list[str | None]:
        return [attrs["href"] for tag, attrs, _ in Read(text).elements if tag == "a" and "class" not in attrs]

    assert links(page(0, cards[:1], [Drawing(())], about)) == ["./my%20%231.html", "./my%20%231-002.html"]
    assert links(page(1, cards[1:], [Drawing(())], about)) == ["./my%20%231.html", "./my%20%231-001.html"]
    index = contents([cards[:1], cards[1:]], about)
    assert links(index) == ["./my%20%231-001.html", "./my%20%231-002.html"]
    assert json.loads(Read(index).all("script", id="facts")[0])["cards"][1]["names"][0] == "<b>.jpg"


def test_a_thousand_groups_take_25_megabytes_at_most(match: MakeMatch) -> None:
    members = [match(f"/home/somebody/Pictures/2019/Summer holiday/IMG_{number}.jpg") for number in range(4)]
    card = group_card(1, members, ["detail: 4000 x 3000 with true detail of +0.00 over 2000 x 1500"] * 3)
    cards = [Card({**card.facts, "id": number}, card.wanted) for number in range(CARDS)]
    weights = [len(data(card.facts)) for card in cards]
    (only,) = parted(weights)
    each, count, both = shares(allowance(weights[only.start : only.stop]), 4, 3)
    preview = Preview(bytes(each), 320, 240, (4000, 3000), "JPEG")
    tile = Tile(bytes(both // 2), 160, 160)
    closeup = Closeup(tile, tile, (0.12345, 0.12345, 0.12345, 0.12345), (0.12345,) * 6)
    drawing = Drawing([preview] * 4, dict.fromkeys(range(1, count + 1), closeup))

    size = len(page(0, cards, [drawing] * CARDS, ABOUT))
    assert count == 1

    assert 15_000_000 < size <= 25_000_000


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("name", ["page.js", "contents.js", "review.js"])
def test_the_scripts_can_be_parsed(name: str) -> None:
    script = files("pictured.reporting").joinpath(name).read_bytes()

    subprocess.run(["node", "--check", "-"], input=script, check=True)


@pytest.mark.parametrize("name", ["page.js", "contents.js", "review.js"])
def test_the_scripts_make_no_markup_of_texts(name: str) -> None:
    script = files("pictured.reporting").joinpath(name).read_text(encoding="utf-8")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|import\(", script)
    # Only the page that is served asks anybody for anything.
    assert ("fetch(" in script) == (name == "review.js")
