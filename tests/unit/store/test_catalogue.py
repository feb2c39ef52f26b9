import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pictured.flow import Failure, Fingerprint, Picture, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database, transaction
from pictured.store.listings import Failing, Known
from pictured.store.opening import open_store
from pictured.store.pictures import Counts

Make = Callable[[str], Fingerprint]
PATH = Path("/a/x")
STAMP = Stamp(1, 2, 3, 4, 5)


def failure(path: Path) -> Failure:
    return Failure(path, "unreadable", "no permission", retry=True)


def test_a_failure_keeps_what_was_read_while_the_stamp_is_the_same_or_unknown(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    for stamp in (STAMP, None):
        catalogue.fail(PATH, stamp, failure(PATH), tries=1, retry_at=1.0)
        assert catalogue.known(PATH) == Known(STAMP, fingerprint("one").digest, failure(PATH))
    changed = replace(STAMP, size=99)
    catalogue.fail(PATH, changed, failure(PATH), tries=2, retry_at=1.0)
    assert catalogue.known(PATH) == Known(changed, None, failure(PATH))
    assert catalogue.picture(PATH) is None
    catalogue.record(PATH, changed, fingerprint("two"))
    assert catalogue.known(PATH) == Known(changed, fingerprint("two").digest, None)


def test_a_failure_is_over_when_all_is_done_with_what_was_read_before(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    catalogue.fail(PATH, STAMP, failure(PATH), tries=1, retry_at=1.0)
    catalogue.handle(PATH, replace(STAMP, size=99))
    assert len(catalogue.failures(None)) == 1
    catalogue.handle(PATH, STAMP)
    assert catalogue.failures(None) == []


def test_a_file_that_could_not_be_looked_at_is_handled_again_with_the_stamp_that_it_had(
    db: Database, fingerprint: Make
) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    catalogue.handle(PATH, STAMP)
    catalogue.fail(PATH, None, failure(PATH), tries=1, retry_at=None)
    assert catalogue.known(PATH) == Known(STAMP, fingerprint("one").digest, failure(PATH), handled=False)


def test_one_file_is_handled_again_when_that_is_asked_for(db: Database, fingerprint: Make) -> None:
    catalogue, other = Catalogue(db), PATH.with_name("other.jpg")
    for path in (PATH, other):
        catalogue.record(path, STAMP, fingerprint("one"))
        catalogue.handle(path, STAMP)

    catalogue.reopen(PATH)
    catalogue.reopen(PATH.with_name("unknown.jpg"))

    assert [known.handled for path in (PATH, other) if (known := catalogue.known(path))] == [False, True]


def test_an_unknown_content_cannot_be_linked(db: Database) -> None:
    catalogue = Catalogue(db)
    with pytest.raises(LookupError):
        catalogue.relink(PATH, STAMP, bytes(32))
    assert catalogue.known(PATH) is None


def test_of_many_copies_those_of_unknown_contents_are_passed_over(db: Database, fingerprint: Make) -> None:
    catalogue, one = Catalogue(db), fingerprint("one")
    catalogue.record(PATH, STAMP, one)
    copy, other = PATH.with_name("copy"), PATH.with_name("other")
    numbers = catalogue.relink_all([(copy, STAMP, one.digest), (other, STAMP, bytes(32))])
    assert numbers == {one.digest: catalogue.content_id(one.digest)}
    assert catalogue.known(copy) == Known(STAMP, one.digest, None)
    assert catalogue.known(other) is None


def test_a_file_that_changed_meanwhile_is_not_handled(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    for other in (replace(STAMP, size=9), replace(STAMP, mtime_ns=9), replace(STAMP, inode=9)):
        catalogue.handle(PATH, other)
    catalogue.handle(PATH.with_name("other"), STAMP)
    assert catalogue.known(PATH) == Known(STAMP, fingerprint("one").digest, None, handled=False)
    catalogue.handle(PATH, replace(STAMP, device=9))
    assert catalogue.known(PATH) == Known(STAMP, fingerprint("one").digest, None, handled=True)


def test_the_first_time_that_a_file_was_missed_counts(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    catalogue.miss(PATH, 1.0)
    catalogue.miss(PATH, 5.0)
    catalogue.miss_below(Path("/"), 5.0)
    assert catalogue.prune(1.0) == 0
    assert catalogue.prune(2.0) == 1


def test_pruning_leaves_nothing_of_a_content_behind(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    catalogue.record(PATH, STAMP, fingerprint("two"))
    catalogue.miss(PATH, 1.0)
    catalogue.prune(2.0)
    for table in ("files", "folders", "contents", "features", "thumbs", "failures"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_many_changes_in_a_transaction_are_all_or_nothing(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)

    def record_and_fail() -> None:
        with transaction(db):
            for name in ("1", "2", "3"):
                catalogue.record(PATH / name, STAMP, fingerprint(name))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    assert catalogue.count() == Counts(0, 0, 0, 0)


def test_no_question_about_a_place_reads_every_file(sqlite: sqlite3.Connection, fingerprint: Make) -> None:
    catalogue = Catalogue(sqlite)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    catalogue.see_root(Path("/a"), 1, 1.0)
    asked: list[str] = []
    sqlite.set_trace_callback(asked.append)
    catalogue.record(PATH, STAMP, fingerprint("one"))
    catalogue.relink(PATH, STAMP, fingerprint("one").digest)
    catalogue.fail(PATH, STAMP, failure(PATH), tries=1, retry_at=None)
    catalogue.see_root(Path("/a"), 2, 1.0)
    catalogue.listing(Path("/a"))
    catalogue.unstamped(Path("/a"))
    catalogue.known(PATH)
    catalogue.folders_below(Path("/a"))
    catalogue.is_filled(Path("/a"))
    catalogue.failures([Path("/a")])
    catalogue.digest_of(STAMP)
    catalogue.picture(PATH)
    assert len(list(catalogue.files_below([Path("/a")]))) == 1
    catalogue.content(catalogue.content_id(fingerprint("one").digest) or 0)
    catalogue.copies(1)
    catalogue.miss_below(Path("/a"), 1.0)
    catalogue.miss(PATH, 1.0)
    sqlite.set_trace_callback(None)
    asked = [sql for sql in asked if sql.lstrip().split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]
    plans = {(sql, row[3]) for sql in asked for row in sqlite.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()}
    assert len(asked) > 25
    assert {plan for plan in plans if plan[1].startswith("SCAN") and not plan[1].startswith("SCAN failures")} == set()


# The same few names again and again, so that what is done meets what was done. They lie close to each other in bytes.
FOLDERS = [
    Path(os.fsdecode(folder))
    for folder in (
        b"/",
        b"/a",
        b"/A",
        b"/a/b",
        b"/a/bc",
        b"/a/b!",
        b"/a/b0",
        b"/a/b/c",
        b"/a/b\xff",
        b"/a/%",
        b"/\xff/_",
    )
]
PATHS = [folder / os.fsdecode(name) for folder in FOLDERS for name in (b"x", b"X", b"\xff")]
STAMPS = [Stamp(size, 5, inode, 1) for size in (1, 2) for inode in (1, 2**63 + 1)]
DIGESTS = {sha256(name).digest(): name for name in (b"p", b"q", b"r")}


@dataclass(frozen=True)
class Entry:
    stamp: Stamp | None
    digest: bytes | None
    failing: Failing | None = None
    missing: float | None = None


class Modelled(RuleBasedStateMachine):
    """The catalogue against a dict of entries and a set of digests."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.db = open_store(Path(self.folder.name), writer=True)
        self.catalogue = Catalogue(self.db)
        self.entries: dict[Path, Entry] = {}
        self.digests: set[bytes] = set()

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    def fingerprint(self, digest: bytes) -> Fingerprint:
        return Fingerprint(digest, 1, 2, 3, "PNG", "L", 8, 1, None, None, None, (), digest[::-1], digest, b"", digest)

    @rule(path=st.sampled_from(PATHS), stamp=st.sampled_from(STAMPS), digest=st.sampled_from(list(DIGESTS)))
    def record(self, path: Path, stamp: Stamp, digest: bytes) -> None:
        self.catalogue.record(path, stamp, self.fingerprint(digest))
        self.entries[path] = Entry(stamp, digest)
        self.digests.add(digest)

    @rule(path=st.sampled_from(PATHS), stamp=st.sampled_from(STAMPS), digest=st.sampled_from(list(DIGESTS)))
    def relink(self, path: Path, stamp: Stamp, digest: bytes) -> None:
        if digest in self.digests:
            self.catalogue.relink(path, stamp, digest)
            self.entries[path] = Entry(stamp, digest)
        else:
            with pytest.raises(LookupError):
                self.catalogue.relink(path, stamp, digest)

    @rule(path=st.sampled_from(PATHS), stamp=st.none() | st.sampled_from(STAMPS), tries=st.integers(0, 3))
    def fail(self, path: Path, stamp: Stamp | None, tries: int) -> None:
        failing = Failing(failure(path), tries, None if tries else 1.5)
        self.catalogue.fail(path, stamp, failing.failure, tries=tries, retry_at=failing.retry_at)
        old = self.entries.get(path)
        if old is not None and stamp is None and old.missing is None:
            self.entries[path] = replace(old, failing=failing)
        else:
            kept = old.digest if old is not None and stamp is not None and old.stamp == stamp else None
            self.entries[path] = Entry(stamp, kept, failing)

    def lose(self, path: Path, at: float) -> None:
        old = self.entries.get(path)
        if old is not None and old.missing is None:
            if old.digest is None:
                del self.entries[path]
            else:
                self.entries[path] = replace(old, failing=None, missing=at)

    @rule(path=st.sampled_from(PATHS), at=st.floats(0, 9))
    def miss(self, path: Path, at: float) -> None:
        self.catalogue.miss(path, at)
        self.lose(path, at)

    @rule(folder=st.sampled_from(FOLDERS[1:]), at=st.floats(0, 9))
    def miss_below(self, folder: Path, at: float) -> None:
        self.catalogue.miss_below(folder, at)
        for path in [path for path in self.entries if path.parent.is_relative_to(folder)]:
            self.lose(path, at)

    @rule(before=st.floats(0, 9))
    def prune(self, before: float) -> None:
        gone = [path for path, entry in self.entries.items() if entry.missing is not None and entry.missing < before]
        assert self.catalogue.prune(before) == len(gone)
        for path in gone:
            del self.entries[path]
        self.digests &= {entry.digest for entry in self.entries.values() if entry.digest}

    @rule(folder=st.sampled_from(FOLDERS))
    def roll_back(self, folder: Path) -> None:
        def change_and_fail() -> None:
            with transaction(self.db):
                self.catalogue.record(folder / "x", STAMPS[0], self.fingerprint(next(iter(DIGESTS))))
                self.catalogue.miss_below(folder, 1.0)
                self.catalogue.prune(2.0)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            change_and_fail()

    @invariant()
    def agree(self) -> None:
        present = {path: entry for path, entry in self.entries.items() if entry.missing is None}
        read = {path: entry.digest for path, entry in present.items() if entry.digest is not None}
        for folder in FOLDERS:
            inside = {path: entry for path, entry in present.items() if path.parent == folder}
            assert self.catalogue.listing(folder) == {
                path.name: Known(entry.stamp, entry.digest, entry.failing.failure if entry.failing else None)
                for path, entry in inside.items()
                if entry.stamp is not None
            }
            assert self.catalogue.unstamped(folder) == {path.name for path, e in inside.items() if e.stamp is None}
            below = {path for path in present if path.parent.is_relative_to(folder)}
            assert set(self.catalogue.folders_below(folder)) == {path.parent for path in below}
            assert self.catalogue.is_filled(folder) == bool(below)
        assert {failing.failure.path: failing for failing in self.catalogue.failures(None)} == {
            path: entry.failing for path, entry in present.items() if entry.failing
        }
        ids = {digest: self.catalogue.content_id(digest) for digest in DIGESTS}
        assert {digest for digest, number in ids.items() if number is not None} == self.digests
        findable = {number for each in self.catalogue.findable() for number in each.contents}
        assert findable == {ids[digest] for digest in read.values()}
        for digest, number in ids.items():
            if number is not None:
                assert dict(self.catalogue.copies(number)) == {
                    p: present[p].stamp for p, d in read.items() if d == digest
                }
        assert self.catalogue.count() == Counts(
            pictures=len(set(read.values())),
            files=len(read),
            missing=len(self.entries) - len(present),
            failed=sum(entry.failing is not None for entry in present.values()),
        )

    @rule(folders=st.lists(st.sampled_from(FOLDERS), max_size=3))
    def ask_below(self, folders: list[Path]) -> None:
        below = {
            path: entry
            for path, entry in self.entries.items()
            if any(path.parent.is_relative_to(folder) for folder in folders)
        }
        pictures = list(self.catalogue.files_below(folders))
        assert {picture.path: picture for picture in pictures} == {
            path: Picture(path, entry.stamp, self.fingerprint(entry.digest))
            for path, entry in below.items()
            if entry.stamp and entry.digest and entry.missing is None
        }
        assert len({picture.path for picture in pictures}) == len(pictures)
        failed = {failing.failure.path for failing in self.catalogue.failures(folders)}
        assert failed == {path for path, entry in below.items() if entry.failing}

    @rule(stamp=st.sampled_from(STAMPS))
    def ask_for_a_stamp(self, stamp: Stamp) -> None:
        digests = {entry.digest for entry in self.entries.values() if entry.stamp == stamp and entry.digest}
        assert self.catalogue.digest_of(stamp) == (digests.pop() if len(digests) == 1 else None)


Modelled.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyOrderOfChangesAgreesWithADict = Modelled.TestCase
