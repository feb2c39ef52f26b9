from collections.abc import Callable
from contextlib import closing

import pytest

from pictured.errors import StoreError, Unreachable
from pictured.store.catalogue import Catalogue
from pictured.store.postgres.opening import open_shared


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


def test_a_writer_makes_the_index_and_a_reader_only_reads_it(address: str) -> None:
    with pytest.raises(StoreError, match="no index in test"):
        open_shared(address, "anna", writer=False)
    open_shared(address, "anna", writer=True).close()
    with closing(open_shared(address, "bert", writer=False)) as db:
        assert Catalogue(db).count().files == 0
        with pytest.raises(StoreError, match="read-only"):
            db.execute("DELETE FROM files")


def test_an_index_of_a_newer_program_is_left_alone(address: str) -> None:
    with closing(open_shared(address, "anna", writer=True)) as db:
        db.execute("INSERT INTO versions VALUES (999)")
    with pytest.raises(StoreError, match="newer pictured"):
        open_shared(address, "anna", writer=True)


def test_two_machines_may_open_it_for_the_first_time_at_once(address: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as threads:
        for db in threads.map(lambda name: open_shared(address, name, writer=True), ["anna", "bert", "carl", "dora"]):
            db.close()


def test_a_server_that_is_not_there_is_unreachable_and_no_password_is_told() -> None:
    with pytest.raises(Unreachable, match=r"nowhere on 127\.0\.0\.1") as failed:
        open_shared("postgresql://me:s3cret@127.0.0.1:1/nowhere", "anna", writer=True)
    assert "s3cret" not in str(failed.value)
    assert "s3cret" not in repr(failed.value.__cause__)


def test_what_is_no_address_is_refused_without_telling_it() -> None:
    with pytest.raises(StoreError, match="write postgresql://") as failed:
        open_shared("postgresql://me:s3cret@[bad", "anna", writer=True)
    assert "s3cret" not in str(failed.value)
