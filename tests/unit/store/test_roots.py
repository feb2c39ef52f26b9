import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pictured.disk.identity import Volume
from pictured.flow import Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.roots import Evidence, Root, Roots

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


def test_the_volume_of_a_root_comes_back_and_stays_where_none_is_told(db: Database) -> None:
    roots, volume = Roots(db), Volume(7, uuid="12-AB", fsid="1f")
    roots.see_root(ROOT, 7, 1.5, volume)
    assert roots.root(ROOT) == Root(ROOT, 7, 1.5, None, None, volume)
    roots.see_root(ROOT, 8, 2.5)
    assert roots.roots() == [Root(ROOT, 8, 2.5, None, None, replace(volume, device=8))]


def test_files_do_not_get_the_number_of_another_volume(db: Database, fingerprint: Callable[[str], Fingerprint]) -> None:
    catalogue = Catalogue(db)
    stamp = Stamp(1, 2, 3, device=7)
    catalogue.see_root(ROOT, 7, 1.0, Volume(7, uuid="a"))
    catalogue.record(ROOT / "a", stamp, fingerprint("one"))
    catalogue.see_root(ROOT, 8, 2.0, Volume(8, uuid="b"))
    assert catalogue.digest_of(replace(stamp, device=8)) is None
    assert catalogue.digest_of(stamp) == fingerprint("one").digest


def test_evidence_comes_from_all_over_a_root_but_not_from_drives_inside(
    db: Database, fingerprint: Callable[[str], Fingerprint]
) -> None:
    catalogue = Catalogue(db)
    for folder in range(30):
        for name in range(3):
            stamp = Stamp(1 + name, 2, 100 * folder + name)
            catalogue.record(ROOT / f"{folder:02}/{name}", stamp, fingerprint(f"{name}"))
    catalogue.miss(ROOT / "00/0", 1.0)
    for folder, device in (("", 7), ("01", 8), ("02", 7)):
        catalogue.see_root(ROOT / folder, device, 1.0)
    few, all_of_them = catalogue.evidence(ROOT, 10), catalogue.evidence(ROOT, 1000)
    assert 10 <= len(few) <= 20
    assert {each.path.parent.name for each in few} >= {"00", "27"}
    assert few[0] == Evidence(ROOT / "00/1", 2, 2)
    assert len(all_of_them) == 30 * 3 - 1 - 3
    assert catalogue.evidence(Path("/mnt/other"), 10) == []
