from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.companions import Companion
from pictured.collecting.kinship import Kin
from pictured.collecting.planning import Destination, Standing, planned, target_of
from pictured.collecting.ranking import outranks
from pictured.collecting.settings import CollectSettings
from pictured.flow import Collect, Fingerprint, Form, Keep, Kind, Match, Picture, Placed, Stamp, Step, Transform

QUERY = Path("/q/poor.png")
INTO = Path("/best")
AS_LEFT, CHANGED = Stamp(10, 10, 10), Stamp(11, 11, 11)


def digest(number: int) -> bytes:
    return bytes([number]) * 32


def copy_of(number: int, path: str = "/l/a.jpg", *, width: int = 100) -> Match:
    content = Fingerprint(
        digest(number), 1000, width, 80, "JPEG", "RGB", 8, 1, 5.0, None, None, (), bytes(32), b"", b"", b""
    )
    return Match(Picture(Path(path), Stamp(1000, 5, number), content), Kind.SAME, 0.9, Transform())


def entry(**fields: object) -> CollectSettings:
    return CollectSettings.model_validate({"name": "best", "from": ["/l", "/m"], "into": INTO, **fields})


def placed(number: int, target: str = "/best/old.jpg", identity: int = 1) -> Placed:
    return Placed(identity, "best", Path(target), AS_LEFT, digest(number), Path("/l/old.jpg"), Form.COPY, "because")


def standing(number: int, *, width: int = 50, stamp: Stamp | None = AS_LEFT, target: str = "/best/old.jpg") -> Standing:
    return Standing(placed(number, target), copy_of(number, target, width=width), stamp)


def destination(
    *what: Standing, occupied: Mapping[Path, bytes | None] | None = None, declined: frozenset[bytes] = frozenset()
) -> Destination:
    return Destination(what, occupied or {}, declined)


def test_the_best_copy_is_collected_under_its_own_name() -> None:
    best = copy_of(1, "/l/beach.jpg")

    step = planned(entry(), QUERY, [best], destination())

    assert step == Collect(
        "best",
        QUERY,
        Path("/l/beach.jpg"),
        best.picture.stamp,
        digest(1),
        INTO / "beach.jpg",
        Form.COPY,
        "it is the only copy",
    )


def test_the_reason_compares_with_the_next_best() -> None:
    step = planned(entry(), QUERY, [copy_of(1, width=200), copy_of(2)], destination())

    assert step.reason == "detail: 200 x 80 over 100 x 80"


def test_the_reason_is_that_of_the_whole_ranking() -> None:
    """Beside a copy that shows all of it, two parts of the picture are alike, however much each of them shows."""
    parts = replace(copy_of(1, width=300), shown=0.5), replace(copy_of(2), shown=0.9)
    criteria = ("clean", "uncut", "pixels")
    whole = replace(copy_of(3), framed=0.5)

    step = planned(entry(prefer=criteria), QUERY, [*parts, whole], destination())

    assert step.reason == "pixels: 300 x 80 over 100 x 80"


@pytest.mark.parametrize("form", list(Form))
def test_the_form_is_that_of_the_entry(form: Form) -> None:
    step = planned(entry(**{"as": form}), QUERY, [copy_of(1)], destination())

    assert isinstance(step, Collect)
    assert step.form is form


def test_what_is_collected_already_stays() -> None:
    step = planned(entry(), QUERY, [copy_of(1)], destination(standing(1)))

    assert step == Keep("best", QUERY, Path("/l/a.jpg"), placed(1), "it is already collected")


def test_a_better_copy_replaces_ours() -> None:
    step = planned(entry(), QUERY, [copy_of(2, width=100)], destination(standing(1, width=50)))

    assert isinstance(step, Collect)
    assert step.replaces == placed(1)
    assert step.reason == "detail: 100 x 80 over 50 x 80"


def test_a_better_copy_of_the_same_name_takes_the_very_place() -> None:
    ours = standing(1, target="/best/a.jpg")

    step = planned(entry(), QUERY, [copy_of(2)], destination(ours, occupied={INTO / "a.jpg": digest(1)}))

    assert isinstance(step, Collect)
    assert (step.target, step.replaces) == (INTO / "a.jpg", ours.placed)


@pytest.mark.parametrize("width", [100, 200])
def test_what_is_as_good_or_better_stays(width: int) -> None:
    step = planned(entry(), QUERY, [copy_of(2, width=100)], destination(standing(1, width=width)))

    assert isinstance(step, Keep)
    assert step.reason == "what is in place is as good"


@pytest.mark.parametrize(
    ("number", "stamp", "reason"),
    [
        (1, None, "it was collected before and somebody removed it"),
        (1, CHANGED, "it was collected before and somebody changed it"),
        (2, None, "there is a better copy, but somebody removed the one that was collected"),
        (2, CHANGED, "there is a better copy, but somebody changed the one that was collected"),
    ],
)
def test_what_a_person_did_is_respected(number: int, stamp: Stamp | None, reason: str) -> None:
    step = planned(entry(), QUERY, [copy_of(number)], destination(standing(1, stamp=stamp)))

    assert isinstance(step, Keep)
    assert step.reason == reason


def test_what_cannot_be_compared_any_longer_stays() -> None:
    unknown = Standing(placed(1), None, AS_LEFT)

    step = planned(entry(), QUERY, [copy_of(2)], destination(unknown))

    assert isinstance(step, Keep)
    assert (step.placed, step.reason) == (placed(1), "what is in place can no longer be compared")


def test_what_was_taken_back_is_not_placed_again() -> None:
    step = planned(entry(), QUERY, [copy_of(1), copy_of(2)], destination(declined=frozenset({digest(1)})))

    assert isinstance(step, Keep)
    assert step.reason == "it was taken back by undo"


def test_a_taken_name_gets_a_number() -> None:
    occupied = {INTO / "a.jpg": digest(8), INTO / "a (2).jpg": None}

    step = planned(entry(), QUERY, [copy_of(1)], destination(occupied=occupied))

    assert isinstance(step, Collect)
    assert step.target == INTO / "a (3).jpg"


def test_a_taken_name_is_left_alone_where_that_is_wanted() -> None:
    step = planned(entry(on_conflict="skip"), QUERY, [copy_of(1)], destination(occupied={INTO / "a.jpg": None}))

    assert isinstance(step, Keep)
    assert step.reason == "the name a.jpg is taken by another file"


@pytest.mark.parametrize("policy", ["skip", "rename"])
def test_somebodys_own_copy_of_the_same_bytes_is_enough(policy: str) -> None:
    taken = destination(occupied={INTO / "a.jpg": digest(1)})

    step = planned(entry(on_conflict=policy), QUERY, [copy_of(1)], taken)

    assert isinstance(step, Keep)
    assert step.reason == "a.jpg already holds the same bytes"


def test_a_tree_repeats_the_folders_of_the_source() -> None:
    tree = entry(layout="tree", **{"from": ["/l/x", "/l"]})

    assert target_of(tree, copy_of(1, "/l/x/2019/a.jpg"), QUERY) == INTO / "2019/a.jpg"
    assert target_of(tree, copy_of(1, "/l/y/a.jpg"), QUERY) == INTO / "y/a.jpg"
    assert target_of(tree, copy_of(1, "/elsewhere/a.jpg"), QUERY) == INTO / "a.jpg"


def test_a_name_may_be_that_of_the_query() -> None:
    named = entry(file_name="{query}{ext}")

    assert target_of(named, copy_of(1), QUERY) == INTO / "poor.jpg"
    assert target_of(named, copy_of(1, "/l/own.jpg"), None) == INTO / "own.jpg"


NUMBERS = st.integers(1, 4)
TARGETS = st.sampled_from(["/best/a.jpg", "/best/a (2).jpg", "/best/b.jpg"])
MATCHES = st.builds(copy_of, NUMBERS, st.sampled_from(["/l/a.jpg", "/l/b.jpg", "/m/a.jpg"]), width=st.integers(1, 3))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    number, target = draw(NUMBERS), draw(TARGETS)
    match = draw(st.none() | st.integers(1, 3).map(lambda width: copy_of(number, target, width=width)))
    stamp = draw(st.sampled_from([AS_LEFT, CHANGED, None]))
    return Standing(placed(number, target, draw(st.integers(1, 99))), match, stamp)


DESTINATIONS = st.builds(
    Destination,
    st.lists(standings(), max_size=3, unique_by=lambda each: each.placed.target).map(tuple),
    st.dictionaries(TARGETS.map(Path), st.none() | NUMBERS.map(digest)),
    st.frozensets(NUMBERS.map(digest), max_size=2),
)


def decided(settings: CollectSettings, ranking: list[Match], there: Destination) -> Step:
    """The plan where everything that stands in the destination is also in the way there."""
    standing_there = {each.placed.target: each.placed.digest for each in there.standing if each.stamp is not None}
    return planned(settings, QUERY, ranking, replace(there, occupied={**there.occupied, **standing_there}))


@given(
    st.sampled_from(["skip", "rename"]), st.lists(MATCHES, min_size=1, max_size=3), DESTINATIONS, st.sampled_from(Form)
)
def test_whatever_stands_there_a_plan_does_no_harm(
    policy: str, ranking: list[Match], there: Destination, form: Form
) -> None:
    settings = entry(on_conflict=policy, **{"as": form})
    step = decided(settings, ranking, there)
    best = ranking[0]
    in_the_way = {*there.occupied, *(each.placed.target for each in there.standing if each.stamp is not None)}

    assert step.reason
    assert step.entry == "best"
    if isinstance(step, Keep):
        assert step.best == best.picture.path
        return
    assert (step.source, step.digest) == (best.picture.path, best.picture.content.digest)
    assert step.target.parent == INTO
    assert step.digest not in there.declined
    assert all(each.placed.digest != step.digest for each in there.standing)
    if step.replaces is None:
        assert not there.standing
        assert step.target not in in_the_way
    else:
        replaced = next(each for each in there.standing if each.placed == step.replaces)
        assert replaced.stamp == replaced.placed.stamp
        assert replaced.match is not None
        assert outranks(best, replaced.match, settings.prefer, settings.sources)
        assert step.target not in in_the_way - {step.replaces.target}


@given(st.lists(MATCHES, min_size=1, max_size=3), DESTINATIONS)
def test_once_done_there_is_nothing_left_to_do(ranking: list[Match], there: Destination) -> None:
    step = decided(entry(), ranking, there)
    if isinstance(step, Keep):
        return
    done = Standing(
        Placed(100, "best", step.target, AS_LEFT, step.digest, step.source, step.form, step.reason),
        ranking[0],
        AS_LEFT,
    )
    left = tuple(each for each in there.standing if each.placed != step.replaces)

    again = decided(entry(), ranking, replace(there, standing=(done, *left)))

    assert isinstance(again, Keep)
    assert again.reason == "it is already collected"


def companions(*endings: str) -> list[Companion]:
    return [Companion(Kin(f"a{each}", each, each == ".xmp"), Path(f"/l/a{each}"), AS_LEFT, b"d") for each in endings]


def test_companions_get_the_name_of_the_picture() -> None:
    step = planned(entry(), QUERY, [copy_of(1)], destination(), companions(".mov", ".xmp"))

    assert isinstance(step, Collect)
    assert [each.target.name for each in (step, *step.companions)] == ["a.jpg", "a.mov", "a.jpg.xmp"]


@pytest.mark.parametrize("name", ["a.jpg", "a.mov", "a.jpg.xmp"])
def test_a_name_is_free_only_where_those_of_all_companions_are(name: str) -> None:
    occupied = {INTO / name: None}

    step = planned(entry(), QUERY, [copy_of(1)], destination(occupied=occupied), companions(".mov", ".xmp"))
    skipped = planned(
        entry(on_conflict="skip"), QUERY, [copy_of(1)], destination(occupied=occupied), companions(".mov", ".xmp")
    )

    assert isinstance(step, Collect)
    assert [each.target.name for each in (step, *step.companions)] == ["a (2).jpg", "a (2).mov", "a (2).jpg.xmp"]
    assert skipped.reason == f"the name {name} is taken by another file"


def test_what_is_replaced_is_in_nobodys_way() -> None:
    film = replace(placed(3, "/best/a.mov", 2), companions=())
    old = replace(standing(1, target="/best/a.jpg"), placed=replace(placed(1, "/best/a.jpg"), companions=(film,)))
    occupied = {INTO / "a.jpg": None, INTO / "a.mov": None}

    step = planned(entry(), QUERY, [copy_of(2)], destination(old, occupied=occupied), companions(".mov"))

    assert isinstance(step, Collect)
    assert step.replaces == old.placed
    assert [(each.target, each.replaces) for each in step.companions] == [(INTO / "a.mov", film)]


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_person_did_to_a_companion_is_respected(number: int) -> None:
    disturbed = replace(standing(1), disturbed=Path("/best/old.jpg.xmp"))

    step = planned(entry(), QUERY, [copy_of(number)], destination(disturbed))

    assert isinstance(step, Keep)
    assert "somebody changed old.jpg.xmp, which belongs to" in step.reason
