import os
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from pictured.flow import Failure, Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.listings import Failing, Held, Known

Make = Callable[[str], Fingerprint]
ODD = os.fsdecode(b"\xff\xfe\n.jpg")
STAMP = Stamp(1, 2, 3, 4, 5)


def failure(path: Path) -> Failure:
    return Failure(path, "truncated", "it ends too early", retry=True)


def test_a_listing_holds_the_files_directly_in_a_folder_with_all_that_is_known(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    folder = Path("/a") / ODD
    catalogue.record(folder / ODD, STAMP, fingerprint("one"))
    catalogue.record(folder / "below" / "x", STAMP, fingerprint("two"))
    catalogue.fail(folder / "bad", STAMP, failure(folder / "bad"), tries=1, retry_at=9.0)
    catalogue.fail(folder / "fifo", None, failure(folder / "fifo"), tries=1, retry_at=None)
    found = catalogue.listing(folder)
    assert found == {
        ODD: Known(STAMP, fingerprint("one").digest, None),
        "bad": Known(STAMP, None, failure(folder / "bad")),
    }
    assert astuple(found[ODD].stamp) == astuple(STAMP)
    assert catalogue.known(folder / ODD) == found[ODD]
    assert catalogue.known(folder / "fifo") is None
    assert catalogue.unstamped(folder) == {"fifo"}
    assert catalogue.listing(Path("/a")) == {}


def test_a_scan_is_told_what_failed_and_what_was_not_handled(db: Database, fingerprint: Make) -> None:
    catalogue, folder = Catalogue(db), Path("/a")
    huge = Stamp(1, 2**70, 2**64 - 1)
    for name, stamp in (("done", STAMP), ("huge", huge), ("worse", STAMP)):
        catalogue.record(folder / name, stamp, fingerprint(name))
    catalogue.handle(folder / "done", STAMP)
    assert catalogue.held(folder).failing == {}
    catalogue.fail(folder / "worse", STAMP, failure(folder / "worse"), tries=1, retry_at=None)
    catalogue.fail(folder / "fifo", None, failure(folder / "fifo"), tries=1, retry_at=None)

    held = catalogue.held(folder)

    assert held.taken == {"done": (1, 2, 3), "huge": (1, 2**70, 2**64 - 1)}
    assert held.unhandled == {"huge"}
    assert held.failing == {"worse": Known(STAMP, fingerprint("worse").digest, failure(folder / "worse"))}
    assert held.unstamped == {"fifo"}
    assert catalogue.held(Path("/b")) == Held({}, frozenset(), {}, frozenset())


def test_case_and_wildcards_in_names_mean_nothing(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    for name in ("x", "X", "%", "_", "*", "?"):
        catalogue.record(Path("/a_") / name / "f", STAMP, fingerprint(name))
    for name in ("x", "X", "%", "_", "*", "?"):
        assert catalogue.folders_below(Path("/a_") / name) == [Path("/a_") / name]
    assert catalogue.folders_below(Path("/A_")) == catalogue.folders_below(Path("/ab")) == []


def test_folders_that_only_share_the_beginning_of_the_name_are_not_below(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    for folder in ("/a/b", "/a/bc", "/a/b!", "/a/b0", "/a/b/c"):
        catalogue.record(Path(folder) / "f", STAMP, fingerprint("one"))
    assert catalogue.folders_below(Path("/a/b")) == [Path("/a/b"), Path("/a/b/c")]
    assert [picture.path.parent for picture in catalogue.files_below([Path("/a/b")])] == [Path("/a/b"), Path("/a/b/c")]
    assert len(catalogue.folders_below(Path("/"))) == 5


def test_a_folder_is_filled_while_a_file_is_there_at_any_depth(db: Database, fingerprint: Make) -> None:
    catalogue = Catalogue(db)
    assert not catalogue.is_filled(Path("/"))
    catalogue.record(Path("/a/b/c/f"), STAMP, fingerprint("one"))
    assert catalogue.is_filled(Path("/a"))
    assert not catalogue.is_filled(Path("/a/b/c/f"))
    catalogue.miss(Path("/a/b/c/f"), 1.0)
    assert not catalogue.is_filled(Path("/a"))


def test_failures_come_back_whole_and_by_folder(db: Database) -> None:
    catalogue = Catalogue(db)
    paths = [Path("/a/b") / ODD, Path("/a/x"), Path("/c/y")]
    for tries, path in enumerate(paths):
        catalogue.fail(path, None if tries else STAMP, failure(path), tries=tries, retry_at=1.5 if tries else None)
    every = [Failing(failure(path), tries, 1.5 if tries else None) for tries, path in enumerate(paths)]
    assert sorted(catalogue.failures(None), key=lambda failing: failing.tries) == every
    assert catalogue.failures([Path("/a/b"), Path("/c"), Path("/c")]) == [every[0], every[2]]
    assert catalogue.failures([]) == []
