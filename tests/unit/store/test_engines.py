import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pictured.disk.naming import Naming
from pictured.errors import StoreError
from pictured.store.engines import Shared, open_index


def test_an_index_is_opened_where_it_is(tmp_path: Path, new_database: Callable[[], str]) -> None:
    shared = Shared(new_database(), Naming("anna"))
    with (
        closing(open_index(tmp_path, None, writer=True)) as file,
        closing(open_index(tmp_path, shared, writer=True)) as db,
    ):
        assert (file.home, db.home) == (tmp_path, tmp_path)
        assert (file.naming, db.naming) == (Naming(), Naming("anna"))


def test_without_psycopg_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("pictured.store.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"install it with: pip install 'pictured\[cluster\]'"):
        open_index(tmp_path, Shared("postgresql://nowhere/", Naming("anna")), writer=True)


def test_an_address_is_never_shown() -> None:
    assert "s3cret" not in repr(Shared("postgresql://me:s3cret@server/db", Naming("anna")))
