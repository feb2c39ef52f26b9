import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from pictured.disk.naming import Naming
from pictured.flow import Collect, Fingerprint, Form, Stamp
from pictured.store.database import Database
from pictured.store.opening import open_store

FINGERPRINT = Fingerprint(
    digest=bytes(32),
    size=1234,
    width=4000,
    height=3000,
    format="JPEG",
    mode="RGB",
    bit_depth=8,
    frames=1,
    luma_quantiser=2.5,
    taken="2019-07-14T12:30:05",
    camera="Canon EOS 5D",
    metadata=("exif", "icc"),
    phash=bytes(range(32)),
    crops=bytes(range(64)),
    points=bytes(range(28)),
    thumb=bytes(range(256)) * 8,
)
NAMING = Naming("anna", (("queries", Path("/queries")),))
STEP = Collect(
    entry="best",
    query=Path("/queries/poor.jpg"),
    source=Path("/library/good.jpg"),
    stamp=Stamp(10, 20, 30, 40, 50),
    digest=b"\1" * 32,
    target=Path("/best/good.jpg"),
    form=Form.COPY,
    reason="more pixels",
)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path / "state", writer=True)) as connection:
        yield connection


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The index as either engine keeps it: whatever uses this holds for both."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    address = request.getfixturevalue("new_database")()
    from pictured.store.postgres.opening import open_shared

    with closing(open_shared(address, NAMING, tmp_path, writer=True)) as connection:
        yield connection


@pytest.fixture(scope="session")
def fingerprint() -> Callable[[str], Fingerprint]:
    def make(name: str) -> Fingerprint:
        digest = sha256(name.encode()).digest()
        return replace(
            FINGERPRINT, digest=digest, phash=digest[::-1], crops=digest * 7, points=digest[:14], thumb=digest * 64
        )

    return make


@pytest.fixture
def step() -> Collect:
    return STEP
