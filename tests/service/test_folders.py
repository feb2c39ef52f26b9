"""Watched folders that are away, come back, or are watched in other ways; and what a restart knows."""

import os

from tests.service.conftest import Sandbox, jpeg, put, tree

TWO_FOLDERS = """\
folders:
  - {path: '{root}/library', role: library, watch: poll, poll_interval: 1s}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: auto}
settle: 300ms
"""


def test_a_folder_that_is_missing_at_start_is_taken_when_it_comes(sandbox: Sandbox) -> None:
    original = put(sandbox.root / "library/1.jpg", jpeg(1))
    queries = sandbox.root / "queries"
    config = sandbox.configure(TWO_FOLDERS)

    with sandbox.daemon(config) as daemon:
        assert "queries" in daemon.wait("root.offline", path=queries)["reason"]
        daemon.wait("file.done", path=original)
        status = sandbox.pictured("status", "--config", config, "--json").line
        put(sandbox.root / "elsewhere/1.jpg", jpeg(1, 120, 40))
        (sandbox.root / "elsewhere").rename(queries)
        daemon.wait("root.online", path=queries)
        placed = daemon.wait("copy.placed", query=queries / "1.jpg")

    online = {root["path"]: (root["role"], root["online"]) for root in status["roots"]}
    assert online == {str(sandbox.root / "library"): ("library", True), str(queries): ("query", False)}
    assert placed["source"] == str(original)
    assert (sandbox.root / "best/1.jpg").read_bytes() == jpeg(1)


def test_a_folder_that_goes_and_comes_back_is_not_read_again(sandbox: Sandbox) -> None:
    library = sandbox.root / "library"
    for number in (1, 2):
        put(library / f"{number}.jpg", jpeg(number))
    put(sandbox.root / "queries/1.jpg", jpeg(1, 120, 40))
    config = sandbox.configure(TWO_FOLDERS)

    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed")
        daemon.wait("file.done", path=library / "2.jpg")
        library.rename(sandbox.root / "unplugged")
        daemon.wait("root.offline", path=library)
        away = sandbox.pictured("status", "--config", config, "--json").line
        begin = daemon.now
        (sandbox.root / "unplugged").rename(library)
        daemon.wait("root.online", path=library)
        scanned = daemon.wait("scan.finished", after=begin, path=library)
        back = sandbox.idle(config=config)
        done = daemon.told("file.done", after=begin)

    assert (away["files"], back["files"]) == (3, 3)
    assert (scanned["seen"], scanned["changed"], scanned["missing"]) == (2, 0, 0)
    assert done == []
    assert not daemon.told("file.gone")


def test_a_polled_folder_is_compared_again_and_again(sandbox: Sandbox) -> None:
    (sandbox.root / "library").mkdir()
    put(sandbox.root / "queries/1.jpg", jpeg(1, 120, 40))
    config = sandbox.configure(TWO_FOLDERS)

    with sandbox.daemon(config) as daemon:
        assert daemon.wait("root.watched", path=sandbox.root / "library")["mode"] == "poll"
        assert daemon.wait("root.watched", path=sandbox.root / "queries")["mode"] == "events"
        daemon.wait("scan.finished", path=sandbox.root / "library")
        put(sandbox.root / "library/1.jpg", jpeg(1))
        daemon.wait("copy.placed", source=sandbox.root / "library/1.jpg")


def test_a_restart_reads_nothing_again_and_collects_nothing_again(sandbox: Sandbox) -> None:
    for number in range(1, 6):
        put(sandbox.root / f"library/{number}.jpg", jpeg(number))
        put(sandbox.root / f"queries/{number}.jpg", jpeg(number, 120, 40))
    config = sandbox.configure(TWO_FOLDERS)
    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed", times=5)
        daemon.wait("file.done", times=10)
    before = tree(sandbox.root / "library", sandbox.root / "queries", sandbox.root / "best")

    with sandbox.daemon(config) as daemon:
        for name in ("library", "queries"):
            assert daemon.wait("scan.finished", path=sandbox.root / name)["changed"] == 0
        status = sandbox.idle(config=config)

    assert (status["files"], status["placed"], status["failed"]) == (10, 5, 0)
    assert not [line for line in daemon.log if line["event"].startswith(("file.", "copy.", "intent."))]
    assert tree(sandbox.root / "library", sandbox.root / "queries", sandbox.root / "best") == before


def test_what_changed_while_it_did_not_run_is_found_at_the_next_start(sandbox: Sandbox) -> None:
    library = sandbox.root / "library"
    for number in (1, 2, 3):
        put(library / f"{number}.jpg", jpeg(number, 240))
    put(sandbox.root / "queries/1.jpg", jpeg(1, 120, 40))
    config = sandbox.configure(TWO_FOLDERS)
    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed")
        daemon.wait("file.done", times=4)

    better = put(library / "1 better.jpg", jpeg(1, 480))
    (library / "2.jpg").rename(library / "2 renamed.jpg")
    (library / "3.jpg").unlink()
    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed", source=better)
        daemon.wait("file.moved", path=library / "2 renamed.jpg")
        status = sandbox.idle(config=config)

    assert status["files"] == 4
    assert {path.name: path.read_bytes() for path in (sandbox.root / "best").iterdir()} == {
        "1 better.jpg": jpeg(1, 480)
    }


def test_collected_files_in_another_watched_library_are_never_originals(sandbox: Sandbox) -> None:
    for name in ("a", "b", "queries"):
        (sandbox.root / name).mkdir()
    config = sandbox.configure("""\
folders:
  - {path: '{root}/a', role: library}
  - {path: '{root}/b', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: into b, from: ['{root}/a'], into: '{root}/b/best', mode: auto}
  - {name: all of b, from: ['{root}/b'], for: all, into: '{root}/again', mode: auto}
  - {name: queries of b, from: ['{root}/b'], into: '{root}/once more', mode: auto}
settle: 300ms
""")

    with sandbox.daemon(config) as daemon:
        put(sandbox.root / "a/1.jpg", jpeg(1))
        put(sandbox.root / "queries/1.jpg", jpeg(1, 120, 40))
        output = sandbox.root / "b/best/1.jpg"
        daemon.wait("copy.placed", target=output)
        done = daemon.wait("file.done", path=output)
        begin = daemon.now
        again = put(sandbox.root / "queries/1 again.jpg", jpeg(1, 140, 40))
        daemon.wait("file.done", after=begin, path=again)
        found = sandbox.pictured("find", again, "--config", config, "--json").lines[-1]

    assert (done["steps"], done["kept"]) == (0, 0)
    assert len(daemon.told("copy.placed")) == 1
    assert not (sandbox.root / "again").exists()
    assert not (sandbox.root / "once more").exists()
    assert [match["path"] for match in found["matches"]] == [str(sandbox.root / "a/1.jpg")]


def test_ignored_names_and_folders_are_left_alone(sandbox: Sandbox) -> None:
    library = sandbox.root / "library"
    (library / "scratch").mkdir(parents=True)
    config = sandbox.configure("""\
folders:
  - {path: '{root}/library', role: library, ignore: ['*-draft.*']}
  - {path: '{root}/library/scratch', role: ignore}
settle: 300ms
""")

    with sandbox.daemon(config) as daemon:
        for name in ("1-draft.jpg", "scratch/1.jpg", ".hidden/1.jpg", "1.jpg.part", "notes.txt"):
            put(library / name, jpeg(1))
        last = put(library / "last.jpg", jpeg(2))
        daemon.wait("file.done", path=last)
        status = sandbox.idle(config=config)

    assert status["files"] == 1
    assert {line["path"] for line in daemon.log if line["event"].startswith("file.")} == {str(last)}


def test_a_daemon_follows_a_library_that_is_named_by_a_symlink(sandbox: Sandbox) -> None:
    put(sandbox.root / "real/1.jpg", jpeg(1))
    (sandbox.root / "library").symlink_to(sandbox.root / "real")
    (sandbox.root / "queries").mkdir()
    config = sandbox.configure(TWO_FOLDERS.replace("watch: poll, poll_interval: 1s", "watch: events"))

    with sandbox.daemon(config) as daemon:
        query = put(sandbox.root / "queries/1.jpg", jpeg(1, 120, 40))
        placed = daemon.wait("copy.placed", query=query)

    assert placed["source"] == os.fspath(sandbox.root / "real/1.jpg")
