from collections.abc import Callable
from pathlib import Path

from pictured.flow import Detail, Kind, Match, Stamp, Transform
from pictured.reporting.cards import MEMBERS, PREVIEWS, Made, Pair, Wanted, group_card, pairs, result_card

MakeMatch = Callable[..., Match]


def test_a_group_shows_its_best_first_and_why_it_is_the_best(match: MakeMatch) -> None:
    best = match("/l/best.jpg", detail=Detail(0.0, 1.0, 20.0))
    facts = group_card(7, [best, match("/m/b.jpg"), match("/l/c.jpg")], ["bytes: more", "bytes: more"]).facts

    assert (facts["id"], facts["saved"], facts["kinds"], facts["reasons"]) == (7, 2000, ["same"], ["bytes: more"])
    first, second, _ = facts["members"]
    assert (first["label"], first["name"], first["folder"], first["at"]) == ("Best", "best.jpg", "/l", None)
    assert (first["richness"], first["quantiser"], first["metadata"]) == (0.0, 3.25, ["exif"])
    assert (second["label"], second["why"], second["crop"]) == ("Copy 2", "bytes: more", False)


def test_equal_bytes_share_a_preview_and_lie_on_each_other(match: MakeMatch) -> None:
    turned = Transform(6, (0.2, 0.2, 0.8, 0.8), 0.0, 1.0)
    twins = [match("/l/a.jpg", digest=b"d"), match("/l/b.jpg", turned, digest=b"d", kind=Kind.EXACT), match("/l/c.jpg")]
    card = group_card(1, twins, ["", ""])

    assert [wanted.path.name for wanted in card.wanted] == ["a.jpg", "c.jpg"]
    assert [member["preview"] for member in card.facts["members"]] == [0, 0, 1]
    assert list(card.facts["members"][1]["at"]) == [1, 0, 0, 1, 0, 0]


def test_what_is_cut_or_shows_more_is_outlined(match: MakeMatch) -> None:
    cut = match("/l/b.jpg", Transform(1, (-0.5, -0.5, 1.5, 1.5), 0.0, 1.0), size=(200, 150))
    more = match("/l/c.jpg", Transform(1, (0.25, 0.25, 0.75, 0.75), 0.0, 1.0), size=(800, 600))
    _, first, second = group_card(1, [match(), cut, more], ["", ""]).facts["members"]

    assert (first["crop"], second["crop"]) == (True, True)
    assert first["at"][0] < 1 < second["at"][0]


def test_a_huge_group_is_shown_in_part(match: MakeMatch) -> None:
    members = [match(f"/l/{number}.jpg") for number in range(MEMBERS + 5)]
    card = group_card(1, members, [""] * (len(members) - 1))

    assert len(card.facts["members"]) == MEMBERS
    assert card.facts["more"] == 5
    assert len(card.wanted) == PREVIEWS
    assert card.facts["members"][-1]["preview"] is None
    assert card.facts["saved"] == 1000 * (MEMBERS + 4)


def test_a_result_is_shown_before_and_after_with_its_score(match: MakeMatch) -> None:
    tried = [{"format": "webp", "score": 78.1, "quality": 85}, {"format": "jpeg", "score": 79.0}]
    told = {"convert": {"format": "webp", "target": 77, "reached": True, "candidates": tried}, "resize": {"scale": 0.5}}
    source = match("/l/a.jpg").picture
    made = Made(
        "web", "resize, convert", source.path, Wanted(source.path, source.stamp), 1000, Path("/o/a.webp"),
        Stamp(300, 1, 1), source.content, told,
    )  # fmt: skip
    card = result_card(3, made)
    before, after = card.facts["members"]

    assert (card.facts["type"], card.facts["rule"], card.facts["saved"]) == ("rule", "web", 700)
    assert (before["name"], before["width"], after["name"]) == ("a.jpg", 400, "a.webp")
    assert (before["preview"], after["preview"]) == (0, 1)
    assert (after["score"], after["target"], after["quality"]) == (78.1, 77, 85)
    assert ("convert reached", "yes") in card.facts["told"]
    assert ("convert candidates", "format webp, score 78.1, quality 85") in card.facts["told"]
    assert ("resize scale", "0.5") in card.facts["told"]


def test_a_result_whose_source_is_gone_is_shown_alone() -> None:
    made = Made("web", "resize", Path("/l/a.jpg"), None, None, Path("/o/a.webp"), Stamp(300, 1, 1))
    card = result_card(3, made)

    assert [member["preview"] for member in card.facts["members"]] == [None, 0]
    assert card.facts["saved"] == 0


def test_each_content_is_laid_on_the_best_once_and_what_is_equal_not_at_all(match: MakeMatch) -> None:
    best, twin = match("/l/best.jpg", digest=b"1"), match("/l/twin.jpg", digest=b"1", kind=Kind.EXACT)
    other, again = match("/l/b.jpg", digest=b"2"), match("/l/c.jpg", digest=b"2")

    found = pairs(group_card(1, [best, twin, other, again], ["", "", ""]))

    shown = [Wanted(each.picture.path, each.picture.stamp) for each in (best, other)]
    assert found == [Pair(2, *shown, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))]


def test_a_result_without_its_source_is_laid_on_nothing() -> None:
    made = Made("web", "resize", Path("/l/a.jpg"), None, None, Path("/o/a.jpg"), Stamp(10, 1, 1))

    assert pairs(result_card(1, made)) == []
