"""Fixtures for every test: the pictures beside the checkout, and a PostgreSQL of their own for those that need one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

_FASTER = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared pictures beside the checkout, which are not part of it."""
    folder = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"needs the picture corpus beside the checkout, at {folder}")
    return folder


def _programs() -> Path | None:
    """Debian keeps the servers apart from the path, each version in a folder of its own."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
    found = shutil.which("initdb")
    folders += [Path(found).parent] if found else []
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    """The folder of a running server's socket; its superuser is `pictured`, without a password."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'pictured[cluster]')")
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian's package postgresql)")
    # The server refuses to run as root, and another account may not enter root's temporary folders.
    aside = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="pictured-", dir="/tmp" if aside else None))  # noqa: S108  made for us alone
    if aside:
        shutil.chown(folder, "nobody")
    data = folder / "data"
    made = [programs / "initdb", "-D", data, "-U", "pictured", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run([*aside, *made], check=True, capture_output=True, cwd=folder)
    options = f"{_FASTER} -c listen_addresses='' -c unix_socket_directories={folder}"
    control = [*aside, programs / "pg_ctl", "-D", data]
    start = [*control, "-w", "-l", folder / "log", "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    yield folder
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def new_database(server: Path) -> Callable[[], str]:
    """Makes an empty database and gives its address."""
    import psycopg

    numbers = count()

    def make() -> str:
        name = f"test{next(numbers)}"
        with psycopg.connect(f"postgresql://pictured@/postgres?host={server}", autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}")
        return f"postgresql://pictured@/{name}?host={server}"

    return make
