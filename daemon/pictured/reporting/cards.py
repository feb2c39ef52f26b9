"""A group of copies, or a rule's result, to the facts that the page shows of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictured.filenames import moment_of
from pictured.flow import Fingerprint, Kind, Match, Stamp
from pictured.reporting.outlines import Affine, lying

MEMBERS = 200
"""Files of a group that are shown; the others are counted."""

PREVIEWS = 16
"""Contents of a group that are shown with a preview."""

PAIRS = 4
"""Copies of a group that are shown beside the best one at 100 %."""

_LIKE = 0.02
_NOTES = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of which a preview is wanted."""

    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Card:
    """What the page shows of one group or result: `facts` as JSON, and the previews that it names by their places."""

    facts: Mapping[str, Any]
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A file of a card, by its place on it, and how it lies on the first one (`outlines.Affine`)."""

    place: int
    best: Wanted
    copy: Wanted
    at: Affine


@dataclass(frozen=True, slots=True)
class Made:
    """A file that a rule made.

    rule     its name
    reason   what it did, for people
    source   the picture that it was made of: its path, and its content where that is known
    before   the file that shows the source now, if there is one
    size     bytes of the source, where they are known
    target   the file that was made
    after    its stamp
    told     what the operations had to tell, as JSON values
    """

    rule: str
    reason: str
    source: Path
    before: Wanted | None
    size: int | None
    target: Path
    after: Stamp
    content: Fingerprint | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def group_card(number: int, members: Sequence[Match], reasons: Sequence[str]) -> Card:
    """The card of a group of copies, the best first.

    Args:
        number: that the page shows.
        members: two or more.
        reasons: why the best is better than each of the others, in their order.
    """
    best, *others = members
    places: dict[bytes, int] = {}
    wanted: list[Wanted] = []
    for match in members[:MEMBERS]:
        digest = match.picture.content.digest
        if digest not in places and len(places) < PREVIEWS:
            places[digest] = len(places)
            wanted.append(Wanted(match.picture.path, match.picture.stamp))
    told = [_member(best, "Best", places, best) | {"at": None}]
    for place, (match, reason) in enumerate(zip(others[: MEMBERS - 1], reasons, strict=False), start=2):
        told.append(_member(match, f"Copy {place}", places, best) | {"why": reason})
    facts = {
        "id": number,
        "type": "copies",
        "saved": sum(match.picture.content.size for match in others),
        "kinds": sorted({match.kind.value for match in others}),
        "members": told,
        "more": max(0, len(members) - MEMBERS),
        "reasons": list(dict.fromkeys(reasons))[:4],
    }
    return Card(facts, tuple(wanted))


def result_card(number: int, made: Made) -> Card:
    """The card of what a rule made: the picture before, and after."""
    wanted = tuple(each for each in (made.before, Wanted(made.target, made.after)) if each)
    before = _file("Before", made.source, made.size, 0 if made.before else None)
    after = _file("After", made.target, made.after.size, len(wanted) - 1)
    if made.content is not None:
        before |= _content(made.content)
    saved = 0 if made.size is None else made.size - made.after.size
    facts = {
        "id": number,
        "type": "rule",
        "rule": made.rule,
        "saved": saved,
        "kinds": ["rule"],
        "members": [before, after | {"at": [1, 0, 0, 1, 0, 0]} | _score(made.told)],
        "more": 0,
        "reasons": [made.reason],
        "told": list(_flat(made.told)),
    }
    return Card(facts, wanted)


def pairs(card: Card) -> list[Pair]:
    """Give the files of a card that can be laid on the first one; each content once, and no file of equal bytes."""
    first, *others = card.facts["members"]
    seen, found = {first["preview"], None}, []
    for place, member in enumerate(others, start=1):
        if first["preview"] is not None and member["preview"] not in seen and member.get("at"):
            seen.add(member["preview"])
            best, copy = card.wanted[first["preview"]], card.wanted[member["preview"]]
            a, b, c, d, e, f = member["at"]
            found.append(Pair(place, best, copy, (a, b, c, d, e, f)))
    return found


def _member(match: Match, label: str, places: Mapping[bytes, int], best: Match) -> dict[str, Any]:
    content = match.picture.content
    told = _file(label, match.picture.path, content.size, places.get(content.digest)) | _content(content)
    told |= {
        "kind": match.kind.value,
        "confidence": match.confidence,
        "shown": match.shown,
        "framed": match.framed,
        "measures": dict(match.measures),
        "written": moment_of(match.picture.stamp.mtime_ns),
        "equal": content.digest == best.picture.content.digest,
    }
    if match.detail is not None:
        told |= {"richness": match.detail.richness, "coded": match.detail.quantiser, "colour": match.detail.colour}
    if match is not best:
        transform = match.transform
        exact = match.kind is Kind.EXACT or told["equal"]
        at = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0) if exact else lying(match, best)
        told |= {"at": at, "turned": 0 if exact else transform.angle, "orientation": transform.orientation}
        told["crop"] = not exact and _is_part(at)
    return told


def _is_part(at: Sequence[float]) -> bool:
    """Whether the frame of a copy lies elsewhere than that of the best one."""
    a, b, c, d, e, f = at
    xs, ys = (e, a + e, c + e, a + c + e), (f, b + f, d + f, b + d + f)
    return any(abs(side - end) > _LIKE for side, end in ((min(xs), 0), (min(ys), 0), (max(xs), 1), (max(ys), 1)))


def _file(label: str, path: Path, size: int | None, preview: int | None) -> dict[str, Any]:
    return {
        "label": label,
        "name": path.name,
        "folder": str(path.parent),
        "bytes": size,
        "preview": preview,
    }


def _content(content: Fingerprint) -> dict[str, Any]:
    return {
        "width": content.width,
        "height": content.height,
        "format": content.format,
        "bits": content.bit_depth,
        "quantiser": content.luma_quantiser,
        "metadata": list(content.metadata),
        "taken": content.taken,
        "camera": content.camera,
    }


def _score(told: Mapping[str, Any]) -> dict[str, Any]:
    """What `convert` says of the coding that was kept: its score, the score that was wanted, and the quality."""
    convert = told.get("convert")
    if not isinstance(convert, Mapping):
        return {}
    tried = [each for each in convert.get("candidates") or () if isinstance(each, Mapping)]
    kept = next((each for each in tried if each.get("format") == convert.get("format")), {})
    found = {"score": kept.get("score"), "target": convert.get("target"), "quality": kept.get("quality")}
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def _flat(told: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in told.items():
        full = f"{above} {name}".strip().replace("_", " ")
        if isinstance(value, Mapping):
            flat += _flat(value, full)
        elif isinstance(value, list | tuple):
            flat += [(full, _worded(each)) for each in value]
        else:
            flat.append((full, _worded(value)))
    return flat[:_NOTES]


def _worded(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case Mapping():
            return ", ".join(f"{str(name).replace('_', ' ')} {_worded(each)}" for name, each in value.items())
        case _:
            return str(value)[:300]
