from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pictured.flow import Picture
from pictured.imaging.sidecars import XMP, Additions, added_to, said_by
from pictured.service.accompanying import companions_of
from pictured.service.library import Library
from pictured.service.merging import Accompanied, merged
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Asked = Callable[..., Accompanied]
WithWorkers = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


@pytest.fixture
def asked(library: Library, with_workers: WithWorkers) -> Asked:
    def run(best: Picture, *others: Picture) -> Accompanied:
        async def scenario(workers: Workers) -> Accompanied:
            return await merged(library, workers, best, others, await companions_of(library, best.path))

        found: Accompanied = with_workers(scenario)
        return found

    return run


@pytest.fixture
def pictures(tmp_path: Path, draw: Draw, index: Index) -> tuple[Picture, Picture]:
    return index(draw(tmp_path / "l/a.jpg", "coffee")), index(draw(tmp_path / "l/b.jpg", "coffee", width=90))


def test_a_sidecar_is_made_where_the_best_copy_has_none(pictures: tuple[Picture, Picture], asked: Asked) -> None:
    best, other = pictures
    sidecar = other.path.with_name("b.xmp")
    sidecar.write_bytes(added_to(None, Additions({(XMP, "Rating"): "4"})))
    film = best.path.with_name("a.mov")
    film.write_bytes(b"film")

    with_it = asked(best, other)

    made, kept = with_it.companions
    assert made.content is not None
    assert said_by(made.content).text(XMP, "Rating") == "4"
    assert (made.source, made.stamp, made.digest) == (best.path, best.stamp, sha256(made.content).digest())
    assert (made.reason, with_it.note) == (f"rating 4 from {sidecar}", "")
    assert kept.source == film


def test_the_sidecar_of_the_best_copy_is_written_anew(pictures: tuple[Picture, Picture], asked: Asked) -> None:
    best, other = pictures
    best.path.with_name("a.jpg.xmp").write_bytes(added_to(None, Additions(title="Mine")))
    other.path.with_name("b.jpg.xmp").write_bytes(added_to(None, Additions({(XMP, "Rating"): "4"}, "Theirs")))

    [made] = asked(best, other).companions

    assert made.source == best.path.with_name("a.jpg.xmp")
    assert made.content is not None
    assert b"Mine" in made.content
    assert b"Theirs" not in made.content


def test_what_is_hostile_is_told_in_one_message(pictures: tuple[Picture, Picture], asked: Asked) -> None:
    best, other = pictures
    other.path.with_name("b.jpg.xmp").write_bytes(b"<!DOCTYPE x><x/>")
    with_it = asked(best, other)
    assert with_it.companions == ()
    assert with_it.note.startswith("metadata was merged without some files:")
    assert "has a document type" in with_it.note

    best.path.with_name("a.jpg.xmp").write_bytes(b"<!DOCTYPE x><x/>")
    with_it = asked(best, other)
    assert [each.content for each in with_it.companions] == [None]
    assert with_it.note.startswith("metadata was not merged:")


def test_where_nothing_is_missing_nothing_is_made(pictures: tuple[Picture, Picture], asked: Asked) -> None:
    assert asked(*pictures) == Accompanied(())
