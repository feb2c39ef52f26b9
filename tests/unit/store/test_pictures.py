import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pictured.flow import Collect, Fingerprint, Picture, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.journal import Journal
from pictured.store.pictures import Counts, Findable

Make = Callable[[str], Fingerprint]
ODD = Path(os.fsdecode(b"/a\xff/b\xfe.jpg"))
STAMP = Stamp(1, 2, 3, 4, 5)


def test_every_value_of_a_picture_comes_back(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    full = replace(
        fingerprint("full"),
        mode="I;16",
        bit_depth=16,
        frames=7,
        camera="Müller 📷",
        metadata=("exif", "xmp"),
        marr=bytes(range(72)),
    )
    bare = replace(
        fingerprint("bare"),
        luma_quantiser=None,
        taken=None,
        camera=None,
        metadata=(),
        crops=b"",
        points=b"",
        thumb=b"",
        size=2**40,
    )
    for number, content in enumerate((full, bare)):
        path = ODD.parent / f"{number}{ODD.name}"
        catalogue.record(path, STAMP, content)
        assert catalogue.picture(path) == Picture(path, STAMP, content)
        found = catalogue.content_id(content.digest)
        assert found is not None
        assert catalogue.content(found) == content
        assert catalogue.copies(found) == [(path, STAMP)]


def test_many_contents_and_their_files_come_in_one_answer(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    for path, name in (("/b/1", "one"), ("/a/2", "one"), ("/a/3", "two"), ("/c/4", "three")):
        catalogue.record(Path(path), STAMP, fingerprint(name))
    catalogue.miss(Path("/c/4"), 1.0)
    one, two, three = (catalogue.content_id(fingerprint(name).digest) or 0 for name in ("one", "two", "three"))

    assert catalogue.contents([three, one, 999]) == {three: fingerprint("three"), one: fingerprint("one")}
    assert catalogue.copies_of([two, one, three, 999]) == {
        two: [(Path("/a/3"), STAMP)],
        one: [(Path("/a/2"), STAMP), (Path("/b/1"), STAMP)],
        three: [],
        999: [],
    }


def test_an_inode_of_64_bits_and_a_time_beyond_2262_come_back(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    stamp = Stamp(1, 13_569_465_600 * 10**9, 2**64 - 1, 2**63, 2**65)
    catalogue.record(ODD, stamp, fingerprint("one"))
    known = catalogue.known(ODD)
    assert known is not None
    assert known.stamp == stamp
    assert catalogue.digest_of(stamp) == fingerprint("one").digest


def test_a_later_reading_of_the_same_bytes_replaces_the_earlier_and_keeps_the_id(
    db: Database, fingerprint: Make
) -> None:
    catalogue = Catalogue(db)
    catalogue.record(ODD, STAMP, fingerprint("one"))
    before = [number for each in catalogue.findable() for number in each.contents]
    better = replace(fingerprint("two"), digest=fingerprint("one").digest)
    catalogue.record(ODD, STAMP, better)
    assert catalogue.picture(ODD) == Picture(ODD, STAMP, better)
    assert [number for each in catalogue.findable() for number in each.contents] == before


def test_a_hash_that_is_no_longer_wanted_is_forgotten_at_the_next_reading(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(ODD, STAMP, replace(fingerprint("one"), marr=bytes(72)))
    catalogue.record(ODD, STAMP, fingerprint("one"))
    assert catalogue.picture(ODD) == Picture(ODD, STAMP, fingerprint("one"))


@pytest.mark.parametrize("fault", [{"phash": b"p"}, {"crops": bytes(33)}, {"points": bytes(15)}, {"marr": bytes(71)}])
def test_what_is_no_whole_record_is_refused_and_leaves_nothing(
    db: Database, fingerprint: Make, fault: dict[str, bytes]
) -> None:
    catalogue = Catalogue(db)
    with pytest.raises(Exception, match=r"(?i)check constraint"):
        catalogue.record(ODD, STAMP, replace(fingerprint("one"), **fault))
    assert catalogue.picture(ODD) is None
    assert catalogue.content_id(fingerprint("one").digest) is None


def test_what_a_present_file_has_is_findable(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    assert list(catalogue.findable()) == []
    for name in ("three", "two", "one"):
        catalogue.record(Path("/a") / name, STAMP, fingerprint(name))
        catalogue.record(Path("/b") / name, STAMP, fingerprint(name))
    catalogue.miss_below(Path("/b"), 1.0)
    catalogue.miss(Path("/a/two"), 1.0)
    contents = [fingerprint(name) for name in ("three", "one")]
    assert list(catalogue.findable()) == [
        Findable(
            tuple(catalogue.content_id(each.digest) or 0 for each in contents),
            tuple(each.phash for each in contents),
            tuple(each.crops for each in contents),
            tuple(each.points for each in contents),
        )
    ]


def test_the_numbers_of_what_is_findable_come_alone_and_what_lies_beyond_one_too(
    db: Database, fingerprint: Make
) -> None:
    catalogue = Catalogue(db)
    for name in ("one", "two", "three", "four"):
        catalogue.record(Path("/a") / name, STAMP, fingerprint(name))
        catalogue.record(Path("/b") / name, STAMP, fingerprint(name))
    catalogue.miss(Path("/a/two"), 1.0)
    catalogue.miss_below(Path("/b"), 1.0)
    numbers = [catalogue.content_id(fingerprint(name).digest) or 0 for name in ("one", "three", "four")]

    assert list(catalogue.findable_numbers()) == sorted(numbers)
    assert [each for found in catalogue.findable(numbers[0]) for each in found.contents] == numbers[1:]
    assert (catalogue.exceeds(3), catalogue.exceeds(4)) == (True, False)


def test_what_one_content_is_found_by_is_given_also_where_no_file_has_it(db: Database, fingerprint: Make) -> None:
    catalogue, content = Catalogue(db), fingerprint("one")
    catalogue.record(ODD, STAMP, content)
    number = catalogue.content_id(content.digest) or 0
    catalogue.miss(ODD, 1.0)

    assert catalogue.found_by(number) == (content.phash, content.crops, content.points)
    assert catalogue.found_by(number + 1) is None


def test_contents_come_with_their_pixels_in_the_order_of_their_first_files(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    one, two, three = (replace(fingerprint(name), width=n, height=10) for n, name in enumerate(("1", "2", "3"), 1))
    for path, content in (("/a/z", one), ("/b/a", two), ("/b/c", one), ("/a/y", three), ("/a/x", two)):
        catalogue.record(Path(path), STAMP, content)
    catalogue.miss(Path("/a/x"), 1.0)
    numbers = {catalogue.content_id(each.digest): each for each in (one, two, three)}

    everywhere = catalogue.contents_below([])

    assert [numbers[each] for each in everywhere] == [three, one, two]
    assert list(everywhere.values()) == [30, 10, 20]
    assert [numbers[each] for each in catalogue.contents_below([Path("/b")])] == [two, one]
    assert catalogue.contents_below([Path("/c")]) == {}


def test_what_a_placed_file_has_is_findable_for_as_long_as_it_is_placed(
    db: Database, fingerprint: Make, step: Collect
) -> None:
    catalogue, journal = Catalogue(db), Journal(db)
    catalogue.record(ODD, STAMP, fingerprint("one"))
    placing = replace(step, digest=fingerprint("one").digest)
    made = journal.finish(journal.begin(placing, 1.0), STAMP, 1.0)
    catalogue.miss(ODD, 1.0)
    assert [each.points for each in catalogue.findable()] == [(fingerprint("one").points,)]
    journal.undo(made.id, 2.0)
    assert list(catalogue.findable()) == []


def test_an_id_is_never_used_for_another_content(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(ODD, STAMP, fingerprint("one"))
    one = catalogue.content_id(fingerprint("one").digest)
    catalogue.miss(ODD, 1.0)
    catalogue.prune(2.0)
    catalogue.record(ODD, STAMP, fingerprint("two"))
    assert catalogue.content_id(fingerprint("two").digest) != one
    assert one is not None
    with pytest.raises(LookupError):
        catalogue.content(one)


@pytest.mark.parametrize("gone", [True, False])
def test_a_moved_or_linked_file_is_recognised_by_its_stamp(db: Database, fingerprint: Make, *, gone: bool) -> None:
    catalogue = Catalogue(db)
    catalogue.record(ODD, STAMP, fingerprint("one"))
    if gone:
        catalogue.miss(ODD, 1.0)
    assert catalogue.digest_of(replace(STAMP, changed_ns=99)) == fingerprint("one").digest
    for other in ({"size": 9}, {"mtime_ns": 9}, {"inode": 9}, {"device": 9}):
        assert catalogue.digest_of(replace(STAMP, **other)) is None


def test_a_stamp_that_two_contents_answer_to_is_recognised_as_neither(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(Path("/a/one"), STAMP, fingerprint("one"))
    catalogue.record(Path("/a/same"), STAMP, fingerprint("one"))
    assert catalogue.digest_of(STAMP) == fingerprint("one").digest
    catalogue.record(Path("/a/two"), STAMP, fingerprint("two"))
    assert catalogue.digest_of(STAMP) is None


def test_pictures_below_several_folders_come_once_each_even_if_the_index_changes_meanwhile(
    db: Database, fingerprint: Make
) -> None:
    catalogue = Catalogue(db)
    paths = [Path("/a/b/1"), Path("/a/c/2"), Path("/d/3"), Path("/d/4")]
    for path in paths:
        catalogue.record(path, STAMP, fingerprint(path.name))
    every = catalogue.files_below([Path("/d"), Path("/a/b"), Path("/a")])
    assert next(every).path == paths[0]
    catalogue.miss(paths[2], 1.0)
    catalogue.record(Path("/a/a/new"), STAMP, fingerprint("new"))
    assert [picture.path for picture in every] == [paths[1], paths[3]]


def test_counts(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    assert catalogue.count() == Counts(0, 0, 0, 0)
    for name in ("1", "2", "3"):
        catalogue.record(Path("/a") / name, STAMP, fingerprint("same"))
    catalogue.record(Path("/a/4"), STAMP, fingerprint("other"))
    catalogue.miss(Path("/a/4"), 1.0)
    assert catalogue.count() == Counts(pictures=1, files=3, missing=1, failed=0)


def test_the_numbers_of_many_contents_are_asked_for_at_once(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    digests = [fingerprint(name).digest for name in ("one", "two")]
    for name in ("one", "two"):
        catalogue.record(Path("/a") / name, STAMP, fingerprint(name))
    unknown = [number.to_bytes(32, "big") for number in range(1200)]
    assert catalogue.numbers([*digests, *unknown, *digests]) == {each: catalogue.content_id(each) for each in digests}
    assert catalogue.numbers([]) == {}


def test_what_many_files_were_is_asked_for_at_once(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    stamps = [Stamp(1, 2, 2**64 - 1 - number, 4, 5) for number in range(3)]
    for stamp, name in zip(stamps, ("one", "two", "two"), strict=True):
        catalogue.record(Path("/a") / name / str(stamp.inode), stamp, fingerprint(name))
    catalogue.record(Path("/a/other"), stamps[2], fingerprint("other"))
    one, two = (fingerprint(name).digest for name in ("one", "two"))
    assert catalogue.digests_of_stamps([stamps[1], STAMP, stamps[0], stamps[2], stamps[1]]) == [
        two,
        None,
        one,
        None,
        two,
    ]


def test_what_files_of_some_sizes_may_hold_is_asked_for_at_once(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    contents = [replace(fingerprint(str(number)), size=number // 2) for number in range(6)]
    for number, content in enumerate(contents):
        catalogue.record(Path("/a") / str(number), STAMP, content)
    found = catalogue.digests_of_sizes([0, 2, 9], 7)
    assert {size: set(digests) for size, digests in found.items()} == {
        0: {each.digest for each in contents[:2]},
        2: {each.digest for each in contents[4:]},
        9: set(),
    }
    assert catalogue.digests_of_sizes([0], 5) == {0: ()}
    assert catalogue.digests_of_sizes([], 7) == {}
