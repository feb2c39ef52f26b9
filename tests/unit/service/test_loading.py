from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pictured.flow import Fingerprint, Stamp
from pictured.looks import PARTS, Depth
from pictured.matching.index import Index
from pictured.service.loading import Loaded, Stopped, loaded, making
from pictured.store.catalogue import Catalogue
from pictured.store.opening import open_store
from pictured.store.segments import Segments

PARTS_ = PARTS[Depth.NORMAL]
MANY = 2100
Fill = Callable[..., None]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        # Waiting for the disk thousands of times would take a minute.
        db.execute("PRAGMA synchronous = OFF")
        yield Catalogue(db)


@pytest.fixture
def segments(tmp_path: Path) -> Segments:
    return Segments(tmp_path / "state" / "search", making("one", PARTS_))


def path(number: int) -> Path:
    return Path(f"/library/{number}.jpg")


def fill(catalogue: Catalogue, made_up: Callable[[int], Fingerprint], numbers: range) -> None:
    for number in numbers:
        catalogue.record(path(number), Stamp(number, number, number), made_up(number))


def features(index: Index) -> dict[int, int]:
    """How many features are kept of each content, what is passed over left out."""
    counts: dict[int, int] = {}
    for layer in index.layers():
        for content, count in zip(*np.unique(layer.segment.owners, return_counts=True), strict=True):
            if content not in layer.gone:
                counts[int(content)] = counts.get(int(content), 0) + int(count)
    return counts


def same(one: Loaded, other: Loaded) -> bool:
    numbers = one.index.contents()
    return (
        np.array_equal(numbers, other.index.contents())
        and np.array_equal(one.index.hashes_of(numbers), other.index.hashes_of(numbers))
        and features(one.index) == features(other.index)
    )


def rows(catalogue: Catalogue) -> Loaded:
    return loaded(catalogue, PARTS_, None)


def test_what_is_loaded_from_files_is_what_is_loaded_from_rows(
    catalogue: Catalogue, segments: Segments, made_up: Callable[[int], Fingerprint]
) -> None:
    fill(catalogue, made_up, range(MANY))
    writer = loaded(catalogue, PARTS_, segments, writing=True)
    reader = loaded(catalogue, PARTS_, segments)

    assert len(writer.kept) == len(reader.kept) == 1
    assert reader.index.loose == 0
    assert same(writer, rows(catalogue))
    assert same(reader, rows(catalogue))


def test_a_reader_writes_nothing_and_few_are_not_worth_a_file(
    catalogue: Catalogue, segments: Segments, tmp_path: Path, made_up: Callable[[int], Fingerprint]
) -> None:
    fill(catalogue, made_up, range(30))
    loaded(catalogue, PARTS_, segments, writing=True)
    fill(catalogue, made_up, range(30, MANY))
    loaded(catalogue, PARTS_, segments)

    assert not (tmp_path / "state" / "search").exists()


def test_rows_that_changed_since_are_taken_as_they_are_now(
    catalogue: Catalogue, segments: Segments, made_up: Callable[[int], Fingerprint]
) -> None:
    fill(catalogue, made_up, range(MANY))
    loaded(catalogue, PARTS_, segments, writing=True)
    fill(catalogue, made_up, range(MANY, MANY + 20))
    catalogue.miss(path(3), 1.0)
    catalogue.miss(path(4), 1.0)
    catalogue.prune(2.0)
    catalogue.record(path(4), Stamp(4, 4, 4), made_up(4))
    segments.restate(catalogue.content_id(made_up(5).digest) or 0)
    catalogue.record(path(5), Stamp(5, 5, 5), replace(made_up(5), points=made_up(6).points[: 14 * 3]))

    for _ in range(2):
        told = loaded(catalogue, PARTS_, segments, writing=True)
        assert same(told, rows(catalogue))
        assert features(told.index)[catalogue.content_id(made_up(5).digest) or 0] == 3
        assert told.index.loose == 22


def test_a_content_in_two_files_is_taken_from_the_later_one(
    catalogue: Catalogue, segments: Segments, made_up: Callable[[int], Fingerprint]
) -> None:
    fill(catalogue, made_up, range(MANY))
    first = loaded(catalogue, PARTS_, segments, writing=True).kept[0][1]
    for number in range(MANY):
        segments.restate(catalogue.content_id(made_up(number).digest) or 0)
        catalogue.record(path(number), Stamp(1, 1, 1), replace(made_up(number), points=made_up(number).points[:14]))
    told = loaded(catalogue, PARTS_, segments, writing=True)

    assert next(file.name for _, file in told.kept) == first.name
    assert len(told.kept) == 2
    assert set(features(told.index).values()) == {1}
    assert segments.restated().tolist() == []
    assert same(loaded(catalogue, PARTS_, segments), rows(catalogue))


@pytest.mark.parametrize("identity", ["one", "two"])
def test_files_of_another_index_are_passed_over(
    catalogue: Catalogue, tmp_path: Path, made_up: Callable[[int], Fingerprint], identity: str
) -> None:
    """Also where that was copied with all that it says of itself, and then went another way."""
    fill(catalogue, made_up, range(MANY))
    loaded(catalogue, PARTS_, Segments(tmp_path / "state" / "search", making("one", PARTS_)), writing=True)
    with closing(open_store(tmp_path / "other", writer=True)) as db:
        db.execute("PRAGMA synchronous = OFF")
        other = Catalogue(db)
        fill(other, made_up, range(MANY - 10))
        fill(other, made_up, range(MANY + 5, MANY + 15))
        told = loaded(other, PARTS_, Segments(tmp_path / "state" / "search", making(identity, PARTS_)))

        assert told.kept == ()
        assert same(told, rows(other))


def test_files_of_another_depth_are_passed_over(
    catalogue: Catalogue, segments: Segments, tmp_path: Path, made_up: Callable[[int], Fingerprint]
) -> None:
    fill(catalogue, made_up, range(MANY))
    loaded(catalogue, PARTS_, segments, writing=True)

    assert loaded(catalogue, (), Segments(tmp_path / "state" / "search", making("one", ()))).kept == ()


def test_loading_can_be_stopped(
    catalogue: Catalogue, segments: Segments, made_up: Callable[[int], Fingerprint]
) -> None:
    fill(catalogue, made_up, range(MANY))

    with pytest.raises(Stopped):
        loaded(catalogue, PARTS_, segments, writing=True, stopped=lambda: True)
    assert segments.opened() == []
