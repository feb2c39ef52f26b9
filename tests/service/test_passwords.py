"""The password of a shared index comes from where libpq looks for it, and is told nowhere."""

from pathlib import Path

import psycopg
import pytest
from tests.conftest import Server
from tests.service.conftest import jpeg, put
from tests.service.machines import Machines

SECRET = "s3cret-of-bert"  # noqa: S105  made up


@pytest.fixture
def machines(tmp_path: Path, own_server: Server) -> Machines:
    """Those whose database asks for a password that is not in its address."""
    with psycopg.connect(own_server.make("photos"), autocommit=True) as db:
        db.execute(f"CREATE ROLE bert LOGIN PASSWORD '{SECRET}'")
        db.execute("ALTER DATABASE photos OWNER TO bert")
        rules = own_server.folder / "data/pg_hba.conf"
        rules.write_text(f"local all bert scram-sha-256\n{rules.read_text()}")
        db.execute("SELECT pg_reload_conf()")
    return Machines(tmp_path, f"postgresql://bert@/photos?host={own_server.folder}")


def kept(path: Path, server: Server) -> Path:
    """Write a file of passwords as libpq wants it."""
    put(path, f"{server.folder}:5432:photos:bert:{SECRET}\n".encode())
    path.chmod(0o600)
    return path


def everywhere(folder: Path) -> str:
    """What is written in a folder, apart from its pictures."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".jpg")
    return "\n".join(path.read_text(errors="replace") for path in files)


@pytest.mark.parametrize("named", [False, True])
def test_it_is_read_from_the_file_in_the_home_folder_or_the_one_that_is_named(
    machines: Machines, own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    bert = machines.root / "bert"
    sandbox = machines.sandbox("bert")
    config = machines.config("bert", bert / "best", library=bert / "library", query=bert / "queries")
    if named:
        monkeypatch.setenv("PGPASSFILE", str(kept(tmp_path / "passwords", own_server)))
    else:
        kept(sandbox.root / "home/.pgpass", own_server)
    with sandbox.daemon(config) as daemon:
        put(bert / "library/a.jpg", jpeg(1, 320))
        put(bert / "queries/q.jpg", jpeg(1, 120, 40))
        daemon.wait("copy.placed")
        commands = {name: (name, "--config", config) for name in ("status", "history", "doctor", "check")}
        done = sandbox.together(commands)
        listed = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        sandbox.idle(config=config)
    assert not any(SECRET.encode() in words for words in listed)
    assert SECRET not in daemon.text + "".join(each.out + each.err for each in done.values())
    assert SECRET not in everywhere(sandbox.state)


def test_where_there_is_none_it_is_told_where_it_belongs(machines: Machines, own_server: Server) -> None:
    bert = machines.root / "bert"
    sandbox = machines.sandbox("bert")
    config = machines.config("bert", bert / "best", library=bert / "library")
    done = sandbox.pictured("scan", "--config", config)
    assert done.code == 74
    assert "photos on" in done.err
    assert "put it into ~/.pgpass" in done.err
    wrong = kept(sandbox.root / "home/.pgpass", own_server)
    wrong.write_text(wrong.read_text().replace(SECRET, "of-another"))
    done = sandbox.pictured("scan", "--config", config)
    assert done.code == 74
    assert "of-another" not in done.err
    kept(wrong, own_server)
    assert sandbox.pictured("scan", "--config", config).code == 0
