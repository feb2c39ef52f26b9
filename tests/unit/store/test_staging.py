from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pictured.errors import StoreError
from pictured.flow import Failure, Fingerprint, Stamp
from pictured.store import rows
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys
from pictured.store.listings import Failing, Known
from pictured.store.staging import put_contents, put_files

Make = Callable[[str], Fingerprint]
STAMP = Stamp(2**64 - 1, 2**63, 2**64 - 1, 2**63 + 1, -(2**63))
SMALL = Stamp(1, 2, 3, 4, 5)
PATH = Path("/home/a.jpg")


def content_row(content: Fingerprint) -> tuple[object, ...]:
    return (*rows.content_row(content), content.crops, content.points, content.thumb)


def file_row(db: Database, path: Path, stamp: Stamp | None, digest: bytes | None) -> tuple[object, ...]:
    failure = ("refused", "no \\ picture", True, 2, 9.5) if digest is None else (None,) * 5
    values = (None,) * 5 if stamp is None else rows.stamp_row(stamp)
    return (*Keys(db.naming).file(path), digest, *values, None, True, *failure)


def put(db: Database, contents: list[tuple[object, ...]], files: list[tuple[object, ...]]) -> None:
    with transaction(db):
        put_contents(db, contents)
        put_files(db, files)


def test_contents_and_files_come_back_as_they_were(db: Database, fingerprint: Make) -> None:
    bare = replace(fingerprint("bare"), luma_quantiser=None, taken=None, camera=None, metadata=(), marr=bytes(72))
    contents = [fingerprint("one"), bare]
    odd = Path("/mnt/\udcff/b.jpg")
    failed, fifo = PATH.with_name("failed.jpg"), PATH.with_name("fifo")
    put(
        db,
        [content_row(each) for each in contents],
        [
            file_row(db, PATH, STAMP, contents[0].digest),
            file_row(db, odd, SMALL, bare.digest),
            file_row(db, failed, SMALL, None),
            file_row(db, fifo, None, None),
        ],
    )

    catalogue = Catalogue(db)
    pictures = {each.path: each for each in catalogue.files_below([Path("/")])}
    assert {path: each.content for path, each in pictures.items()} == {
        PATH: contents[0],
        odd: bare,
    }
    assert (pictures[PATH].stamp, pictures[PATH].stamp.device) == (STAMP, STAMP.device)
    assert catalogue.known(PATH) == Known(STAMP, contents[0].digest, None, handled=True)
    assert catalogue.failures(None) == [
        Failing(Failure(path, "refused", "no \\ picture", retry=True), 2, 9.5) for path in (failed, fifo)
    ]


def test_what_is_there_already_keeps_its_number_and_its_features(db: Database, fingerprint: Make) -> None:
    catalogue, before = Catalogue(db), fingerprint("one")
    catalogue.record(Path("/home/old.jpg"), SMALL, before)
    number = catalogue.content_id(before.digest)
    other = replace(before, crops=bytes(32), points=bytes(14), thumb=b"other", camera="another")
    put(db, [content_row(fingerprint("two")), content_row(other)], [file_row(db, PATH, SMALL, before.digest)])
    assert number is not None
    assert catalogue.content_id(before.digest) == number
    assert catalogue.content(number) == before
    assert {path for path, _ in catalogue.copies(number)} == {Path("/home/old.jpg"), PATH}


def test_a_file_that_is_there_already_is_as_it_is_put(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, SMALL, fingerprint("one"))
    catalogue.miss(PATH, 1.0)
    put(db, [content_row(fingerprint("two"))], [file_row(db, PATH, STAMP, fingerprint("two").digest)])
    assert catalogue.known(PATH) == Known(STAMP, fingerprint("two").digest, None, handled=True)


def test_nothing_stays_of_what_fails(db: Database, fingerprint: Make) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint|check"):
        put(db, [content_row(replace(fingerprint("one"), phash=b"too short"))], [])
    put(db, [content_row(fingerprint("two"))], [])
    assert Catalogue(db).numbers([fingerprint(name).digest for name in ("one", "two")]).keys() == {
        fingerprint("two").digest
    }


def test_a_reader_is_told_that_it_may_not(tmp_path: Path, fingerprint: Make) -> None:
    from pictured.store.opening import open_store

    open_store(tmp_path, writer=True).close()
    db = open_store(tmp_path, writer=False)
    try:
        with pytest.raises(StoreError, match="cannot be written"):
            put(db, [content_row(fingerprint("one"))], [])
    finally:
        db.close()
