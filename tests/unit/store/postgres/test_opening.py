from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pictured.disk.naming import Naming
from pictured.errors import StoreError, Unreachable
from pictured.flow import Collect, Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.journal import Journal
from pictured.store.postgres.connection import Connection
from pictured.store.postgres.opening import open_shared
from pictured.store.schedule import Schedule

HOME = Path("/nowhere")


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


def machine(address: str, name: str, photos: str) -> closing[Connection]:
    return closing(open_shared(address, Naming(name, (("photos", Path(photos)),)), HOME, writer=True))


def test_a_writer_makes_the_index_and_a_reader_only_reads_it(address: str) -> None:
    with pytest.raises(StoreError, match="no index in test"):
        open_shared(address, Naming("anna"), HOME, writer=False)
    open_shared(address, Naming("anna"), HOME, writer=True).close()
    with closing(open_shared(address, Naming("bert"), HOME, writer=False)) as db:
        assert Catalogue(db).count().files == 0
        with pytest.raises(StoreError, match="read-only"):
            db.execute("DELETE FROM files")


def test_a_database_of_the_locale_c_keeps_every_letter(
    new_database: Callable[..., str], fingerprint: Callable[[str], Fingerprint], step: Collect
) -> None:
    with closing(open_shared(new_database("SQL_ASCII"), Naming("änna"), HOME, writer=True)) as db:
        content = replace(fingerprint("one"), camera="Größe \N{CAMERA}")
        catalogue, journal = Catalogue(db), Journal(db)
        catalogue.record(Path("/ä.jpg"), Stamp(1, 2, 3, 4, 5), content)
        assert catalogue.content(catalogue.content_id(content.digest) or 0) == content
        step = replace(step, entry="schön", reason="größer")
        journal.finish(journal.begin(step, 1.0), Stamp(1, 2, 3, 4, 5), 2.0)
        (placed,) = journal.active("schön")
        assert (placed.entry, placed.form, placed.reason) == ("schön", step.form, "größer")


def test_a_database_that_lacks_letters_is_refused(new_database: Callable[..., str]) -> None:
    with pytest.raises(StoreError, match=r"encoding LATIN1.*createdb --encoding=UTF8"):
        open_shared(new_database("LATIN1"), Naming("anna"), HOME, writer=True)


def test_an_index_of_a_newer_program_is_left_alone(address: str) -> None:
    with closing(open_shared(address, Naming("anna"), HOME, writer=True)) as db:
        db.execute("INSERT INTO versions VALUES (999)")
    with pytest.raises(StoreError, match="newer pictured"):
        open_shared(address, Naming("anna"), HOME, writer=True)


def test_two_machines_may_open_it_for_the_first_time_at_once(address: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as threads:
        for db in threads.map(
            lambda name: open_shared(address, Naming(name), HOME, writer=True), ["anna", "bert", "carl", "dora"]
        ):
            db.close()


def test_what_lies_on_a_share_is_one_file_and_what_lies_elsewhere_is_another(
    address: str, fingerprint: Callable[[str], Fingerprint]
) -> None:
    stamp = Stamp(1, 2, 3, 4, 5)
    with machine(address, "anna", "/mnt/photos") as anna, machine(address, "bert", "/Volumes/Photos") as bert:
        Catalogue(anna).record(Path("/mnt/photos/2019/a.jpg"), stamp, fingerprint("a"))
        Catalogue(anna).record(Path("/home/a.jpg"), stamp, fingerprint("a"))
        seen = Catalogue(bert)
        number = seen.content_id(fingerprint("a").digest)
        assert number is not None
        assert [path for path, _ in seen.copies(number)] == [
            Path("//anna/home/a.jpg"),
            Path("/Volumes/Photos/2019/a.jpg"),
        ]
        assert list(seen.listing(Path("/Volumes/Photos/2019"))) == ["a.jpg"]
        assert seen.listing(Path("/home")) == {}
        assert [each.path for each in seen.files_below([Path("/Volumes")])] == [Path("/Volumes/Photos/2019/a.jpg")]
        assert len(list(seen.files_below(None))) == 2
        seen.miss_below(Path("/"), 9.0)
        assert [path for path, _ in Catalogue(anna).copies(number)] == [Path("/home/a.jpg")]


def test_a_machine_knows_the_same_file_again_only_among_those_that_it_sees(
    address: str, fingerprint: Callable[[str], Fingerprint]
) -> None:
    stamp = Stamp(1, 2, 3, 4, 5)
    with machine(address, "anna", "/mnt/photos") as anna, machine(address, "bert", "/Volumes/Photos") as bert:
        Catalogue(anna).record(Path("/home/a.jpg"), stamp, fingerprint("a"))
        assert Catalogue(anna).digest_of(stamp) == fingerprint("a").digest
        assert Catalogue(bert).digest_of(stamp) is None


def test_an_entry_of_two_machines_is_one_on_a_share_and_two_elsewhere(address: str, step: Collect) -> None:
    with machine(address, "anna", "/mnt/photos") as anna, machine(address, "bert", "/Volumes/Photos") as bert:
        ours, theirs = Journal(anna), Journal(bert)
        made = ours.finish(ours.begin(step, 1.0), Stamp(1, 2, 3), 2.0)
        assert theirs.standing("best", step.digest) is None
        assert theirs.active("best") == []
        assert [str(deed.target) for deed in theirs.history(None, 9)] == ["//anna/best/good.jpg"]
        on_share = replace(step, target=Path("/mnt/photos/best/good.jpg"), digest=b"2" * 32)
        shared = ours.finish(ours.begin(on_share, 3.0), Stamp(1, 2, 3), 4.0)
        found = theirs.standing("best", on_share.digest)
        assert found is not None
        assert (found.id, found.target) == (shared.id, Path("/Volumes/Photos/best/good.jpg"))
        assert [each.placed.id for each in ours.kept()] == [made.id, shared.id]


def test_each_machine_knows_its_own_roots_and_runs(address: str) -> None:
    with machine(address, "anna", "/mnt/photos") as anna, machine(address, "bert", "/Volumes/Photos") as bert:
        Catalogue(anna).see_root(Path("/mnt/photos"), 7, 1.0)
        Catalogue(bert).see_root(Path("/Volumes/Photos"), 8, 2.0)
        Catalogue(bert).mark_offline(Path("/Volumes/Photos"), 3.0)
        (root,) = Catalogue(anna).roots()
        assert (root.path, root.device, root.offline_since) == (Path("/mnt/photos"), 7, None)
        Schedule(anna).ran("report", 5.0)
        assert Schedule(bert).last_run("report") is None


def test_a_name_is_that_of_one_machine_at_a_time(address: str) -> None:
    with machine(address, "anna", "/mnt/photos"):
        with pytest.raises(Unreachable, match="as the machine 'anna'; give one of them another name"):
            open_shared(address, Naming("anna"), HOME, writer=True)
        open_shared(address, Naming("anna"), HOME, writer=False).close()
    open_shared(address, Naming("anna"), HOME, writer=True).close()


def test_a_user_that_may_not_make_the_index_is_told(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS guest")
        db.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match="make its user the owner of the database"):
        open_shared(address.replace("pictured@", "guest@"), Naming("anna"), HOME, writer=True)


def test_a_server_that_is_too_old_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pictured.store.postgres.opening._OLDEST", 990_000)
    with pytest.raises(StoreError, match="pictured needs 99 or later; update the server"):
        open_shared(address, Naming("anna"), HOME, writer=True)


def test_a_server_that_is_not_there_is_unreachable_and_no_password_is_told() -> None:
    with pytest.raises(Unreachable, match=r"nowhere on 127\.0\.0\.1") as failed:
        open_shared("postgresql://me:s3cret@127.0.0.1:1/nowhere", Naming("anna"), HOME, writer=True)
    assert "s3cret" not in str(failed.value)
    assert "s3cret" not in repr(failed.value.__cause__)


def test_what_is_no_address_is_refused_without_telling_it() -> None:
    with pytest.raises(StoreError, match="write postgresql://") as failed:
        open_shared("postgresql://me:s3cret@[bad", Naming("anna"), HOME, writer=True)
    assert "s3cret" not in str(failed.value)
