"""Fixtures for every test: the pictures beside the checkout, and a PostgreSQL of their own for those that need one."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of our own; its superuser is `pictured`, without a password.

    It can be reached by a socket file in its folder, and where it listens at an address of this machine.
    """

    folder: Path
    control: tuple[str | Path, ...]
    listening: str = ""

    def start(self) -> None:
        """Start it; what a killed one left behind may need a moment to end."""
        options = f"{_FASTER} -c listen_addresses='{self.listening}' -c unix_socket_directories={self.folder}"
        start = [*self.control, "-w", "-l", self.folder / "log", "-o", options, "start"]
        deadline = time.monotonic() + 30
        while subprocess.run(
            start, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        ).returncode:
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.2)

    @property
    def pid(self) -> int:
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop all of its processes meanwhile."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        os.kill(self.pid, signal.SIGSTOP)
        stopped = [int(pid) for pid in children.read_text().split()]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*stopped, self.pid):
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        subprocess.run([*self.control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=self.folder)

    def make(self, name: str, encoding: str = "UTF8") -> str:
        """Make an empty database and give its address."""
        import psycopg

        with psycopg.connect(f"postgresql://pictured@/postgres?host={self.folder}", autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        return f"postgresql://pictured@/{name}?host={self.folder}"


def running_server() -> Iterator[Server]:
    """Run a server until the generator is closed."""
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
    server = Server(folder, (*aside, programs / "pg_ctl", "-D", data))
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that all tests share."""
    yield from running_server()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server for one test, which may kill it; it runs again at the end."""
    yield from running_server()


@pytest.fixture(scope="session")
def new_database(server: Server) -> Callable[..., str]:
    """Makes an empty database, in UTF-8 or another encoding, and gives its address."""
    numbers = count()
    return lambda encoding="UTF8": server.make(f"test{next(numbers)}", encoding)
