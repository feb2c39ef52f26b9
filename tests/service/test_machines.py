"""Several daemons as several machines: state folders, names and homes of their own, one database, one share."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.service.conftest import DEADLINE, jpeg, put
from tests.service.machines import Machines


@pytest.fixture
def machines(tmp_path: Path, new_database: Callable[[], str]) -> Machines:
    return Machines(tmp_path, new_database())


def test_a_daemon_finds_and_collects_a_copy_by_a_shared_index(machines: Machines) -> None:
    anna = machines.root / "anna"
    with machines.daemon("anna", anna / "best", library=anna / "library", query=anna / "queries") as daemon:
        put(anna / "library/a.jpg", jpeg(1, 320))
        daemon.wait("file.done", path=anna / "library/a.jpg")
        put(anna / "queries/q.jpg", jpeg(1, 120, 40))
        assert Path(daemon.wait("copy.placed")["target"]).read_bytes() == jpeg(1, 320)
        status = machines.sandbox("anna").pictured("status", "--config", anna / "pictured.yaml", "--json").line
        assert (status["running"], status["pictures"], status["placed"]) == (True, 2, 1)
    sandbox = machines.sandbox("anna")
    (deed,) = sandbox.pictured("history", "--config", anna / "pictured.yaml", "--json").lines
    assert deed["query"] == str(anna / "queries/q.jpg")
    assert not (sandbox.state / "index.sqlite3").exists()
    undone = sandbox.pictured("undo", "--config", anna / "pictured.yaml", "--json").line
    assert undone["undone"]
    assert list((anna / "best").iterdir()) == []


def test_what_another_machine_knows_is_collected_from_a_share_and_told_of_where_it_cannot_be_seen(
    machines: Machines,
) -> None:
    anna, bert = machines.root / "anna", machines.root / "bert"
    put(machines.share / "library/a.jpg", jpeg(1, 320))
    put(anna / "own/b.jpg", jpeg(2, 320))
    config = machines.config("anna", anna / "best", library=machines.share / "library")
    sandbox = machines.sandbox("anna")
    assert sandbox.pictured("scan", "--config", config).code == 0
    assert sandbox.pictured("scan", anna / "own", "--config", config).code == 0
    with machines.daemon("bert", bert / "best", query=bert / "queries") as daemon:
        put(bert / "queries/q.jpg", jpeg(1, 120, 40))
        placed = daemon.wait("copy.placed")
        assert placed["source"] == str(machines.share / "library/a.jpg")
        assert Path(placed["target"]).read_bytes() == jpeg(1, 320)
        put(bert / "queries/r.jpg", jpeg(2, 120, 40))
        kept = daemon.wait("copy.kept", query=bert / "queries/r.jpg")
        assert f"//anna{anna}/own/b.jpg" in kept["reason"]
        daemon.wait("file.done", path=bert / "queries/r.jpg")
    assert [path.name for path in (bert / "best").iterdir()] == [Path(placed["target"]).name]
    found = machines.sandbox("bert").pictured(
        "find", bert / "queries/r.jpg", "--config", bert / "pictured.yaml", "--json"
    )
    assert f"//anna{anna}/own/b.jpg" in {match["path"] for match in found.line["matches"]}


def test_no_password_is_told_anywhere(machines: Machines) -> None:
    secret = "s3cret-of-bert"  # noqa: S105  made up
    machines.address = f"postgresql://pictured:{secret}@127.0.0.1:1/nowhere"
    bert = machines.root / "bert"
    config = machines.config("bert", bert / "best", library=bert / "library")
    sandbox = machines.sandbox("bert")
    commands = {name: (name, "--config", config) for name in ("scan", "status", "history", "doctor", "check")}
    for name, done in sandbox.together(commands).items():
        assert secret not in done.out + done.err
        assert (done.code == 74) == (name in ("scan", "status", "history")), (name, done)
        if done.code == 74:
            assert "nowhere on 127.0.0.1" in done.err
            assert "see that it runs" in done.err


def test_an_address_that_is_none_is_a_fault_of_the_configuration(machines: Machines) -> None:
    machines.address = "mysql://pictured:s3cret@server/db"
    bert = machines.root / "bert"
    done = machines.sandbox("bert").pictured(
        "check", "--config", machines.config("bert", bert / "b", library=bert / "l")
    )
    assert done.code == 78
    assert "s3cret" not in done.err
    assert "expected the address of a database" in done.err


def test_what_one_machine_reads_is_what_a_query_on_another_asked_for(machines: Machines) -> None:
    anna, bert = machines.root / "anna", machines.root / "bert"
    with (
        machines.daemon("bert", bert / "best", query=bert / "queries") as asking,
        machines.daemon("anna", anna / "best", library=machines.share / "library"),
    ):
        put(bert / "queries/q.jpg", jpeg(1, 120, 40))
        asking.wait("file.done", path=bert / "queries/q.jpg")
        put(machines.share / "library/a.jpg", jpeg(1, 320))
        assert asking.wait("copy.placed")["source"] == str(machines.share / "library/a.jpg")


def test_machines_collect_into_a_shared_destination_once(machines: Machines) -> None:
    with machines.alike("anna", "bert") as daemons:
        machines.ask(*range(6))
        machines.wait(*range(6))
        for name in ("anna", "bert"):
            machines.sandbox(name).idle(config=machines.root / name / "pictured.yaml")
        machines.wait(*range(6))
        assert sum(len(daemon.told("copy.placed")) for daemon in daemons) == 6


def test_what_all_machines_see_is_read_by_one_of_them(machines: Machines) -> None:
    count = 12
    with machines.alike("anna", "bert") as daemons:
        for number in range(count):
            put(machines.share / f"library/{number}.jpg", jpeg(number, 320))
        done: list[str] = []
        deadline = time.monotonic() + DEADLINE
        while len(set(done)) < count:
            assert time.monotonic() < deadline, done
            done = [str(told["path"]) for daemon in daemons for told in daemon.told("file.done")]
            time.sleep(0.1)
        for name in ("anna", "bert"):
            machines.sandbox(name).idle(config=machines.root / name / "pictured.yaml")
        done = [str(told["path"]) for daemon in daemons for told in daemon.told("file.done")]
    assert sorted(done) == sorted(str(machines.share / f"library/{number}.jpg") for number in range(count))


def test_an_index_is_moved_to_a_database_and_back_but_not_while_a_daemon_runs(machines: Machines) -> None:
    anna = machines.root / "anna"
    shared = machines.config("anna", anna / "best", library=anna / "library", query=anna / "queries")
    sandbox = machines.sandbox("anna")
    lines = shared.read_text().splitlines(keepends=True)
    alone = sandbox.configure("".join(line for line in lines if not line.startswith("store:")), "alone.yaml")
    put(anna / "library/a.jpg", jpeg(1, 320))
    put(anna / "queries/q.jpg", jpeg(1, 120, 40))
    with sandbox.daemon(alone) as daemon:
        daemon.wait("copy.placed")
        daemon.wait("file.done", path=anna / "queries/q.jpg")
        refused = sandbox.pictured("migrate", "--config", shared, "--to", "postgresql")
        assert refused.code == 2
        assert "a daemon or another command uses the index" in refused.err
    moved = sandbox.pictured("migrate", "--config", shared, "--to", "postgresql", "--json").line
    assert (moved["contents"], moved["files"], moved["placed"]) == (2, 2, 1)
    with sandbox.daemon(shared) as daemon:
        status = sandbox.idle(config=shared)
        assert (status["pictures"], status["placed"]) == (2, 1)
        # Nothing is read or collected again.
        assert daemon.told("copy.placed") == daemon.told("file.done") == []
    back = sandbox.pictured("migrate", "--config", shared, "--to", "sqlite", "--json").line
    assert back["sha256"] == moved["sha256"]
    with sandbox.daemon(alone) as daemon:
        assert sandbox.idle(config=alone)["placed"] == 1
        assert daemon.told("copy.placed") == []


def test_copies_are_found_inside_the_database_where_that_is_asked_for(machines: Machines) -> None:
    anna = machines.root / "anna"
    config = machines.config("anna", anna / "best", library=anna / "library", query=anna / "queries")
    config.write_text(config.read_text() + "matching: {search: database}\n")
    put(anna / "library/a.jpg", jpeg(1, 320))
    put(anna / "library/small.jpg", jpeg(1, 200))
    put(anna / "library/other.jpg", jpeg(2, 320))
    put(anna / "queries/q.jpg", jpeg(1, 120, 40))
    sandbox = machines.sandbox("anna")

    with sandbox.daemon(config) as daemon:
        placed = daemon.wait("copy.placed")
        sandbox.idle(config=config)
        groups = sandbox.pictured("dupes", "--config", config, "--json").lines

    assert (placed["source"], placed["query"]) == (str(anna / "library/a.jpg"), str(anna / "queries/q.jpg"))
    assert not (sandbox.state / "search").exists()
    names = [sorted(Path(member["path"]).name for member in group["members"]) for group in groups if "members" in group]
    assert ["a.jpg", "small.jpg"] in [[name for name in each if name != "q.jpg"] for each in names]
