import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pictured.flow import Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.roots import Root, Roots

ROOT = Path(os.fsdecode(b"/mnt/\xff"))


def test_a_root_is_unknown_until_something_is_noted_of_it(db: Database) -> None:
    assert Roots(db).root(ROOT) is None


def test_what_is_noted_of_a_root_comes_back(db: Database) -> None:
    roots = Roots(db)
    roots.see_root(ROOT, 7, 1.5)
    assert roots.root(ROOT) == Root(ROOT, 7, 1.5, None, None)
    roots.mark_scanned(ROOT, 2.5)
    roots.mark_offline(ROOT, 3.5)
    roots.mark_offline(ROOT, 4.5)
    assert roots.root(ROOT) == Root(ROOT, 7, 1.5, 2.5, 3.5)
    roots.see_root(ROOT, 8, 5.5)
    assert roots.root(ROOT) == Root(ROOT, 8, 5.5, 2.5, None)


def test_a_root_that_was_never_there_can_be_offline(db: Database) -> None:
    roots = Roots(db)
    roots.mark_offline(ROOT, 1.5)
    assert roots.root(ROOT) == Root(ROOT, None, None, None, 1.5)


def test_a_file_is_recognised_after_its_disk_was_mounted_under_another_number(
    db: Database, fingerprint: Callable[[str], Fingerprint]
) -> None:
    catalogue = Catalogue(db)
    stamp = Stamp(1, 2, 3, device=7)
    catalogue.see_root(ROOT, 7, 1.0)
    catalogue.record(ROOT / "a" / "x", stamp, fingerprint("one"))
    catalogue.record(Path("/mnt/other"), replace(stamp, inode=9), fingerprint("two"))
    catalogue.record(ROOT / "other disk" / "y", replace(stamp, device=6), fingerprint("three"))
    catalogue.see_root(ROOT, 8, 2.0)
    assert catalogue.digest_of(replace(stamp, device=8)) == fingerprint("one").digest
    assert catalogue.digest_of(replace(stamp, device=7)) is None
    assert catalogue.digest_of(replace(stamp, inode=9)) == fingerprint("two").digest
    assert catalogue.digest_of(replace(stamp, device=6)) == fingerprint("three").digest
