"""The pages, each one file that needs nothing else: no network, no other file, no script but its own.

Texts of files reach a page only as JSON in a data block (`encoding.data`), and from there only as text nodes and
attributes; what stands in the markup itself is escaped. A Content-Security-Policy (level 3) allows the page's own
script and style by their hashes and pictures of the page itself, and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from string import Template
from typing import Final
from urllib.parse import quote

from pictured.disk.paths import shown
from pictured.imaging.preview import Closeup, Preview, Tile
from pictured.reporting.cards import Card
from pictured.reporting.encoding import base64_of, data, fingerprint

MARK: Final = "made by `pictured report`, which may write it anew"
"""Stands in the first comment of every page; a file without it is somebody else's."""

_BEGINNING = f"<!doctype html>\n<!-- {MARK} -->"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The pictures of a card; a text says why there is none.

    previews   in the order of its `wanted`
    closeups   by the place of the file that is laid on the first one
    """

    previews: Sequence[Preview | str]
    closeups: Mapping[int, Closeup | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What a page says of itself.

    title     of the page and of all pages together
    summary   one line on what is in all of them
    made      when and by what
    version   of pictured
    pages     file names of all pages, in their order; one where there is one page
    contents  file name of the index, where there are several
    """

    title: str
    summary: str
    made: str
    version: str
    pages: tuple[str, ...]
    contents: str | None = None


def is_ours(beginning: bytes) -> bool:
    """Tell by the first bytes of a file, 200 or more, whether pictured made it as a report."""
    return beginning.startswith(_BEGINNING.encode())


def page(number: int, cards: Sequence[Card], drawings: Iterable[Drawing], about: About, *, live: bool = False) -> str:
    """Give the page of that number, counted from 0.

    Args:
        number: of the page.
        cards: on it.
        drawings: of each card.
        about: the pages.
        live: whether it is served, and decides on the proposals that it shows; such a page asks its own server.
    """
    blocks = (
        f'<script type="application/json" id="p{card.facts["id"]:d}">{data(block(each))}</script>'
        for card, each in zip(cards, drawings, strict=True)
    )
    return _filled(
        "page",
        about,
        summary=_text(about.summary),
        parts=_parts(number, about),
        facts=data({"cards": [card.facts for card in cards], "live": live}),
        previews="\n".join(blocks),
        live=_packaged("review.js") if live else "",
    )


def block(drawing: Drawing) -> dict[str, object]:
    """The pictures of a card as a page reads them."""
    previews = [_preview(one) for one in drawing.previews]
    return {"p": previews, "c": {str(place): _closeup(one) for place, one in drawing.closeups.items()}}


def contents(cards: Sequence[Sequence[Card]], about: About) -> str:
    """Give the index of several pages: what is on each, and a search in all of them."""
    items = "\n".join(
        f'<li><a href="{_address(name)}">{each[0].facts["id"]:d} to {each[-1].facts["id"]:d}</a>'
        f" ({_saved(each) / 1e6:.1f} MB to be saved)</li>"
        for name, each in zip(about.pages, cards, strict=True)
    )
    found = [
        {"id": card.facts["id"], "page": number, "names": _names(card)}
        for number, each in enumerate(cards)
        for card in each
    ]
    facts = {"pages": [_address(name) for name in about.pages], "cards": found}
    return _filled("contents", about, summary=_text(about.summary), pages=items, facts=data(facts))


def _filled(name: str, about: About, **values: str) -> str:
    script, style = _packaged(f"{name}.js"), _packaged("page.css")
    live = values.pop("live", "")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {fingerprint(script)}" + (f" {fingerprint(live)}" if live else ""),
            *(("connect-src 'self'",) if live else ()),
            f"style-src {fingerprint(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
    return Template(_packaged(f"{name}.html")).substitute(
        values,
        mark=MARK,
        policy=policy,
        generator=_text(f"pictured {about.version}"),
        title=_text(about.title),
        made=_text(about.made),
        style=style,
        script=script,
        live=f"\n<script>{live}</script>" if live else "",
    )


def _packaged(name: str) -> str:
    return files("pictured.reporting").joinpath(name).read_text(encoding="utf-8")


def _preview(preview: Preview | str) -> dict[str, object]:
    if isinstance(preview, str):
        return {"e": preview}
    wide, high = preview.whole
    size = {"w": preview.width, "h": preview.height, "W": wide, "H": high}
    return size | {"f": preview.format, "d": base64_of(preview.webp)}


def _closeup(closeup: Closeup | str) -> dict[str, object]:
    if isinstance(closeup, str):
        return {"e": closeup}
    tiles = [_tile(closeup.best), _tile(closeup.copy)]
    return {"t": tiles, "where": list(closeup.where), "at": list(closeup.at)}


def _tile(tile: Tile) -> dict[str, object]:
    return {"w": tile.width, "h": tile.height, "d": base64_of(tile.webp)}


def _saved(cards: Sequence[Card]) -> int:
    return sum(card.facts["saved"] for card in cards if card.facts["type"] == "copies")


def _names(card: Card) -> list[str]:
    members = card.facts["members"][:12]
    return [str(members[0]["name"]), *(f"{each['folder']}/{each['name']}" for each in members)]


def _parts(number: int, about: About) -> str:
    if about.contents is None:
        return ""
    links = [f'<li><a href="{_address(about.contents)}">All pages</a></li>']
    if number > 0:
        links.append(f'<li><a rel="prev" href="{_address(about.pages[number - 1])}">Previous page</a></li>')
    links.append(f"<li>Page {number + 1} of {len(about.pages)}</li>")
    if number + 1 < len(about.pages):
        links.append(f'<li><a rel="next" href="{_address(about.pages[number + 1])}">Next page</a></li>')
    return f'<nav aria-label="Pages"><ul class="parts">{"".join(links)}</ul></nav>'


def _address(name: str) -> str:
    return f"./{quote(name, errors='surrogateescape')}"


def _text(text: str) -> str:
    return escape(shown(text))
