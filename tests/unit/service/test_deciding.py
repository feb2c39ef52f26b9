import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.collecting.settings import CollectSettings
from pictured.disk.placing import place, temporary_name
from pictured.flow import Collect, Keep, Picture, Placed, Step
from pictured.imaging.sidecars import XMP, Additions, added_to
from pictured.service.acting import act
from pictured.service.deciding import step_for_group, step_for_query
from pictured.service.library import Library, Scope
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Asked = Callable[..., Step | None]
WithWorkers = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


def entry(folder: Path, **fields: object) -> CollectSettings:
    return CollectSettings.model_validate(
        {"name": "best", "from": [folder / "l"], "into": folder / "best", "mode": "auto", **fields}
    )


def scope(folder: Path) -> Scope:
    return Scope((folder / "l",), (folder / "best", folder / "q"))


def carried_out(step: Step | None, library: Library) -> Placed:
    assert isinstance(step, Collect)
    intent = library.journal.begin(step, 1.0)
    return library.journal.finish(intent, place(step, temporary_name(step.target, intent)), 2.0)


@pytest.fixture
def asked(tmp_path: Path, library: Library, with_workers: WithWorkers) -> Asked:
    """The step for a query picture."""

    def step(
        query: Picture,
        settings: CollectSettings | None = None,
        *,
        knowing: Library = library,
        promised: dict[Path, bytes] | None = None,
    ) -> Step | None:
        async def scenario(workers: Workers) -> Step | None:
            probe = await workers.probe(query.path, query.stamp)
            wanted = settings or entry(tmp_path)
            return await step_for_query(knowing, workers, wanted, query.path, probe, scope(tmp_path), promised)

        found: Step | None = with_workers(scenario)
        return found

    return step


@pytest.fixture
def grouped(tmp_path: Path, library: Library, with_workers: WithWorkers) -> Asked:
    """The step for the group of a picture."""

    def step(picture: Picture, settings: CollectSettings, *, knowing: Library = library) -> Step | None:
        async def scenario(workers: Workers) -> Step | None:
            return await step_for_group(knowing, workers, settings, picture, scope(tmp_path))

        found: Step | None = with_workers(scenario)
        return found

    return step


@pytest.fixture
def query(tmp_path: Path, draw: Draw, index: Index) -> Picture:
    return index(draw(tmp_path / "q/poor.jpg", "coffee", width=150, quality=40), asking=True)


def test_a_query_without_a_copy_calls_for_nothing(query: Picture, asked: Asked) -> None:
    assert asked(query) is None


def test_a_query_gets_the_best_of_its_copies(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    for width in (300, 600, 450):
        index(draw(tmp_path / f"l/{width}.jpg", "coffee", width=width))

    step = asked(query)

    assert isinstance(step, Collect)
    assert (step.source, step.query, step.target) == (
        tmp_path / "l/600.jpg",
        query.path,
        tmp_path / "best/600.jpg",
    )
    assert step.reason.startswith("detail: 600 x 400")


def test_the_destination_and_the_queries_are_never_originals(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "best/large.jpg", "coffee", width=600))
    index(draw(tmp_path / "q/large.jpg", "coffee", width=590))

    assert asked(query) is None


def test_a_second_query_for_one_original_keeps_the_file(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    placed = carried_out(asked(query), library)
    other = index(draw(tmp_path / "q/other.png", "coffee", width=200))

    step = asked(other)

    assert step == Keep("best", other.path, tmp_path / "l/a.jpg", placed, "it is already collected")


def test_a_better_copy_takes_the_place_of_ours(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    placed = carried_out(asked(query), library)
    index(draw(tmp_path / "l/b.jpg", "coffee", width=600))

    step = asked(query)

    assert isinstance(step, Collect)
    assert (step.source, step.replaces) == (tmp_path / "l/b.jpg", placed)
    carried_out(step, library)
    assert [path.name for path in (tmp_path / "best").iterdir()] == ["b.jpg"]


def test_a_better_copy_replaces_ours_though_its_source_is_gone_since_before_the_restart(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    source = index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    placed = carried_out(asked(query), library)
    library.catalogue.miss(source.path, 1.0)
    index(draw(tmp_path / "l/b.jpg", "coffee", width=600))

    step = asked(query, knowing=Library(library.db))

    assert isinstance(step, Collect)
    assert step.replaces == placed


def test_a_query_that_became_another_picture_gets_that_one_too(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    index(draw(tmp_path / "l/rocket.jpg", "rocket"))
    carried_out(asked(query), library)
    changed = index(draw(query.path, "rocket", width=160, quality=40))

    step = asked(changed)

    assert isinstance(step, Collect)
    assert (step.target, step.replaces) == (tmp_path / "best/rocket.jpg", None)


@pytest.mark.parametrize("deed", ["remove", "change", "undo"])
def test_what_a_person_did_with_our_file_is_respected(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, deed: str, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    placed = carried_out(asked(query), library)
    if deed == "undo":
        library.journal.undo(placed.id, 3.0)
    if deed == "change":
        placed.target.write_bytes(b"edited")
    else:
        placed.target.unlink()
    for restarted in (library, Library(library.db)):
        assert isinstance(asked(query, knowing=restarted), Keep)
    if deed != "undo":
        index(draw(tmp_path / "l/better.jpg", "coffee", width=600))
        step = asked(query)
        assert isinstance(step, Keep)
        assert "there is a better copy, but somebody" in step.reason


@pytest.mark.parametrize("there", ["file", "folder", "link", "dangling"])
def test_whatever_has_the_name_already_is_left_alone(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, there: str, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    target = tmp_path / "best/a.jpg"
    target.parent.mkdir()
    match there:
        case "file":
            target.write_bytes(b"theirs")
        case "folder":
            target.mkdir()
        case "link":
            target.symlink_to(tmp_path / "l/a.jpg")
        case _:
            target.symlink_to("nowhere")

    step = asked(query)

    assert isinstance(step, Collect)
    assert (step.target.name, step.replaces) == ("a (2).jpg", None)


def test_the_same_bytes_by_somebody_else_are_enough(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee"))
    (tmp_path / "best").mkdir()
    (tmp_path / "best/a.jpg").write_bytes(original.path.read_bytes())

    step = asked(query)

    assert isinstance(step, Keep)
    assert step.reason == "a.jpg already holds the same bytes"


def test_a_dry_run_knows_what_it_promised(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    promised = {tmp_path / "best/a.jpg": b"another"}

    step = asked(query, promised=promised)

    assert isinstance(step, Collect)
    assert step.target.name == "a (2).jpg"


def test_an_entry_does_not_know_what_another_placed(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    carried_out(asked(query), library)
    other = entry(tmp_path, name="other", into=tmp_path / "other")

    step = asked(query, other)

    assert isinstance(step, Collect)
    assert step.target == tmp_path / "other/a.jpg"


@pytest.mark.parametrize("purpose", ["duplicates", "all"])
def test_a_group_is_the_business_of_its_best_picture(
    tmp_path: Path, draw: Draw, index: Index, purpose: str, grouped: Asked
) -> None:
    pictures = [index(draw(tmp_path / f"l/{width}.jpg", "coffee", width=width)) for width in (300, 600, 450)]
    groups = entry(tmp_path, **{"for": purpose})

    steps = [grouped(picture, groups) for picture in pictures]

    assert [step.source.name for step in steps if isinstance(step, Collect)] == ["600.jpg"] * 3
    assert all(step.query is None for step in steps if step)


def test_a_single_picture_is_a_group_for_all_and_no_duplicate(
    tmp_path: Path, draw: Draw, index: Index, grouped: Asked
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee"))

    assert grouped(picture, entry(tmp_path, **{"for": "duplicates"})) is None
    step = grouped(picture, entry(tmp_path, **{"for": "all"}))
    assert isinstance(step, Collect)
    assert step.reason == "it is the only copy"


def test_equal_bytes_are_duplicates(tmp_path: Path, draw: Draw, index: Index, grouped: Asked) -> None:
    one = index(draw(tmp_path / "l/b.jpg", "coffee"))
    twin = tmp_path / "l/a.jpg"
    twin.write_bytes(one.path.read_bytes())
    os.utime(twin, ns=(one.stamp.mtime_ns, one.stamp.mtime_ns))
    index(twin)

    step = grouped(one, entry(tmp_path, **{"for": "duplicates"}))

    assert isinstance(step, Collect)
    assert (step.source, step.reason) == (twin, "equal bytes, the first path")


def test_a_picture_that_is_not_in_the_scope_is_no_group(
    tmp_path: Path, draw: Draw, index: Index, grouped: Asked
) -> None:
    outside = index(draw(tmp_path / "elsewhere/a.jpg", "coffee"))

    assert grouped(outside, entry(tmp_path, **{"for": "all"})) is None


def test_a_group_knows_after_a_restart_what_was_collected_for_it(
    tmp_path: Path, library: Library, draw: Draw, index: Index, grouped: Asked
) -> None:
    every = entry(tmp_path, **{"for": "all"})
    best = index(draw(tmp_path / "l/a.jpg", "coffee", width=600))
    carried_out(grouped(best, every), library)
    worse = index(draw(tmp_path / "l/b.jpg", "coffee", width=300))
    best.path.unlink()
    library.catalogue.miss(best.path, 1.0)

    assert isinstance(grouped(worse, every), Keep)
    assert isinstance(grouped(worse, every, knowing=Library(library.db)), Keep)


def test_what_belongs_to_the_best_copy_goes_with_it(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    best = index(draw(tmp_path / "l/IMG_1.JPG", "coffee", width=600))
    for name in ("IMG_1.xmp", "IMG_1.MOV", "IMG_2.xmp"):
        (tmp_path / "l" / name).write_bytes(name.encode())
    (tmp_path / "best").mkdir()
    (tmp_path / "best/IMG_1.mov").write_bytes(b"theirs")

    step = asked(query)
    alone = asked(query, entry(tmp_path, sidecars=False))

    assert isinstance(step, Collect)
    assert [each.target.name for each in (step, *step.companions)] == [
        "IMG_1 (2).JPG",
        "IMG_1 (2).mov",
        "IMG_1 (2).JPG.xmp",
    ]
    assert [each.source.name for each in step.companions] == ["IMG_1.MOV", "IMG_1.xmp"]
    assert isinstance(alone, Collect)
    assert (alone.source, alone.target.name, alone.companions) == (best.path, "IMG_1.JPG", ())


def test_a_dry_run_promises_the_names_of_all_files(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    (tmp_path / "l/a.xmp").write_bytes(b"sidecar")

    step = asked(query, promised={tmp_path / "best/a.jpg.xmp": b"other"})

    assert isinstance(step, Collect)
    assert step.target.name == "a (2).jpg"


def test_a_sidecar_that_a_person_changed_keeps_a_better_copy_away(
    tmp_path: Path, library: Library, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    (tmp_path / "l/a.xmp").write_bytes(b"sidecar")

    first = asked(query)
    assert isinstance(first, Collect)
    asyncio.run(act(first, library, tmp_path / "best"))
    (tmp_path / "best/a.jpg.xmp").write_bytes(b"five stars")
    index(draw(tmp_path / "l/large.jpg", "coffee", width=600))

    step = asked(query)

    assert isinstance(step, Keep)
    assert "somebody changed a.jpg.xmp" in step.reason


def test_what_the_best_copy_lacks_is_merged_where_that_is_wanted(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/large.jpg", "coffee", width=600))
    index(draw(tmp_path / "l/small.jpg", "coffee", width=300))
    (tmp_path / "l/small.jpg.xmp").write_bytes(added_to(None, Additions({(XMP, "Rating"): "4"})))

    step = asked(query, entry(tmp_path, merge_metadata=True))
    without = asked(query)

    assert isinstance(step, Collect)
    assert [(each.target.name, each.reason) for each in step.companions] == [
        ("large.jpg.xmp", f"rating 4 from {tmp_path / 'l/small.jpg.xmp'}")
    ]
    assert isinstance(without, Collect)
    assert without.companions == ()


def test_a_hostile_sidecar_is_told_in_the_reason(
    tmp_path: Path, query: Picture, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(tmp_path / "l/large.jpg", "coffee", width=600))
    (tmp_path / "l/large.xmp").write_bytes(b"<!DOCTYPE x><x/>")

    step = asked(query, entry(tmp_path, merge_metadata=True))

    assert isinstance(step, Collect)
    assert [each.content for each in step.companions] == [None]
    assert "; metadata was not merged: " in step.reason
    assert "has a document type" in step.reason
