from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pictured.flow import Fingerprint, Picture, Role, Stamp
from pictured.imaging.operations import Encoding, InvisibleMark, Resize, Strip, Watermark
from pictured.imaging.traits import Traits
from pictured.rules.naming import facts_of
from pictured.rules.planning import (
    asks_inside,
    digest_of,
    entry_of,
    may_grow,
    operations_of,
    planned,
    unmet,
    unmet_inside,
)
from pictured.rules.rule import Rule, When

ROOT = Path("/pictures")
CONTENT = Fingerprint(
    digest=bytes(32),
    size=500_000,
    width=3000,
    height=2000,
    format="JPEG",
    mode="RGB",
    bit_depth=8,
    frames=1,
    luma_quantiser=2.0,
    taken="2019-07-14T12:30:05",
    camera=None,
    metadata=("exif",),
    phash=bytes(32),
    crops=b"",
    points=b"",
    thumb=b"",
)
PICTURE = Picture(ROOT / "export/one.jpg", Stamp(500_000, 0, 1), CONTENT)
TRAITS = Traits("JPEG", 3000, 2000, 1, 1, 8, "rgb", False, False, 90, "4:2:0", 500_000, {"artist": "Ann Lee"})


def rule(**given: object) -> Rule:
    base = {
        "name": "web",
        "folders": [ROOT],
        "actions": [{"action": "resize", "long_edge": 2048}],
        "output": {"into": "/web"},
    }
    return Rule.model_validate(base | given)


def reason(when: dict[str, Any], picture: Picture = PICTURE, role: Role = Role.LIBRARY) -> str | None:
    return unmet(When.model_validate(when), picture, ROOT, role, 60.0)


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"paths": ["*/two.jpg", "export/*"]},
        {"role": ["library"]},
        {"format": ["png", "jpeg"]},
        {"min_width": 3000, "max_width": 3000},
        {"min_long_edge": 2000},
        {"min_megapixels": 5.9, "max_megapixels": 6.1},
        {"min_bytes": "400kB"},
        {"min_aspect": 1.4, "max_aspect": 1.6},
        {"orientation": ["landscape"]},
        {"is_animated": False},
        {"min_age": "30s", "max_age": "2min"},
    ],
)
def test_conditions_that_hold(when: dict[str, Any]) -> None:
    assert reason(when) is None


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"paths": ["raw/*"]}, "its path matches none of `paths`"),
        ({"role": ["query"]}, "its folder has the role library"),
        ({"format": ["png"]}, "its format is jpeg"),
        ({"min_width": 3001}, "its width is 3000, less than 3001"),
        ({"max_height": 1999}, "its height is 2000, more than 1999"),
        ({"max_bytes": "100kB"}, "its bytes is 500000, more than 100000"),
        ({"orientation": ["portrait", "square"]}, "it is landscape"),
        ({"is_animated": True}, "it is not animated"),
        ({"max_age": "30s"}, "its age is 60, more than 30"),
    ],
)
def test_the_first_condition_that_does_not_hold_is_the_reason(when: dict[str, Any], told: str) -> None:
    assert reason(when) == told


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"has_alpha": False}, None),
        ({"has_alpha": True}, "it has no transparency"),
        ({"colour_mode": ["rgb"]}, None),
        ({"colour_mode": ["cmyk", "grey"]}, "its colours are stored as rgb"),
        ({"exif": {"Artist": {"equals": "ann lee"}}}, None),
        ({"exif": {"artist": {"matches": "ann*"}}}, None),
        ({"exif": {"artist": {"present": False}}}, "its EXIF field artist is 'Ann Lee'"),
        ({"exif": {"copyright": {"present": True}}}, "it has no EXIF field copyright"),
        ({"exif": {"copyright": {"present": False}}}, None),
    ],
)
def test_conditions_of_the_header(when: dict[str, Any], told: str | None) -> None:
    assert unmet_inside(When.model_validate(when), TRAITS) == told
    assert asks_inside(rule(when=when))


def test_a_rule_is_another_one_when_what_it_makes_changes_and_only_then() -> None:
    same = [rule(), rule(when={"min_width": 1}), rule(mode="auto"), rule(enabled=False), rule(folders=["/pictures/x"])]
    other = [
        rule(name="print"),
        rule(actions=[{"action": "resize", "long_edge": 2049}]),
        rule(output={"into": "/web", "metadata": "strip"}),
    ]
    assert {digest_of(each) for each in same} == {digest_of(rule())}
    assert len({digest_of(each) for each in other} | {digest_of(rule())}) == 4


def test_no_collect_entry_can_have_the_name_of_a_rule_in_the_journal() -> None:
    assert entry_of(rule()) == "rules/web"


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({}, "/web/one.jpg"),
        ({"output": {"into": "/web", "layout": "tree"}}, "/web/export/one.jpg"),
        ({"output": {"into": "/web", "name": "{stem}-{date:%Y}-{exif.artist}{ext}"}}, "/web/one-2019-Ann Lee.jpg"),
        ({"actions": [{"action": "convert", "format": "auto"}]}, "/web/one.*"),
        ({"actions": [{"action": "convert", "format": "webp"}]}, "/web/one.webp"),
        ({"output": {"in_place": True, "backup": "/kept"}}, "/pictures/export/one.jpg"),
    ],
)
def test_the_plan_names_the_target(given: dict[str, Any], target: str) -> None:
    made = rule(**given)
    render = planned(made, PICTURE, facts_of(PICTURE, TRAITS.exif, made.name))
    assert (render.target, render.source, render.rule) == (Path(target), PICTURE.path, digest_of(made))


@pytest.mark.parametrize(
    ("given", "grows"),
    [
        ({}, False),
        ({"output": {"into": "/web", "never_larger": False}}, True),
        ({"actions": [{"action": "pad", "aspect": "1:1"}]}, True),
    ],
)
def test_what_adds_to_a_picture_may_grow(given: dict[str, Any], grows: bool) -> None:  # noqa: FBT001
    assert may_grow(rule(**given)) is grows


def test_a_file_outside_the_root_is_judged_by_its_name() -> None:
    picture = replace(PICTURE, path=Path("/elsewhere/one.jpg"))
    assert reason({"paths": ["one.*"]}, picture) is None


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_invisible_mark_comes_after_all_else_wherever_it_is_written(order: tuple[int, ...]) -> None:
    mark, *others = [
        ({"action": "invisible_mark"}, InvisibleMark),
        ({"action": "resize", "long_edge": 500}, Resize),
        ({"action": "watermark", "text": "Ann"}, Watermark),
        ({"action": "convert", "format": "webp"}, Encoding),
    ]
    written = [[mark, *others][place] for place in order]
    made = [type(each) for each in operations_of(rule(actions=[settings for settings, _ in written]), {})]
    assert made == [kind for _, kind in written if kind is not InvisibleMark] + [InvisibleMark]


@pytest.mark.parametrize(("metadata", "groups"), [("strip", ("all",)), ("strip_gps", ("gps",))])
def test_metadata_are_stripped_at_the_end(metadata: str, groups: tuple[str, ...]) -> None:
    given = rule(actions=[{"action": "invisible_mark"}], output={"into": "/web", "metadata": metadata})
    assert operations_of(given, {})[-1] == Strip(groups=groups)
