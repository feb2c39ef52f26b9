import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictured.flow import Cause, FileSeen
from pictured.watching.observing import Observing, Watched

DEADLINE = 20.0


class Recorder:
    """Takes what is reported, and lets a test wait for it."""

    def __init__(self) -> None:
        self.seen: queue.Queue[FileSeen] = queue.Queue()
        self.lost: queue.Queue[str] = queue.Queue()

    def until(self, *expected: FileSeen) -> set[FileSeen]:
        """Take reports until all the expected ones came, and give back everything that was taken."""
        got: set[FileSeen] = set()
        end = time.monotonic() + DEADLINE
        while not got.issuperset(expected):
            try:
                got.add(self.seen.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"never reported: {set(expected) - got}; only {got}")
        return got

    def until_paths(self, paths: set[Path]) -> set[Path]:
        """Take reports until every path was named by one that is no deletion."""
        got: set[Path] = set()
        end = time.monotonic() + DEADLINE
        while not got >= paths:
            try:
                seen = self.seen.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"never reported: {sorted(paths - got)}")
            if seen.cause is not Cause.DELETED:
                got.add(seen.path)
        return got


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def observing(recorder: Recorder) -> Iterator[Observing]:
    observing = Observing(recorder.seen.put, recorder.lost.put)
    yield observing
    observing.stop()


@pytest.fixture
def root(tmp_path: Path, observing: Observing) -> Path:
    root = tmp_path / "root"
    (root / "d" / "e").mkdir(parents=True)
    (root / "d" / "1.jpg").write_bytes(b"1")
    (root / "d" / "e" / "2.jpg").write_bytes(b"2")
    (root / "a.jpg").write_bytes(b"a")
    assert observing.watch(root, "events") == Watched("events")
    return root


def test_a_written_file_is_reported(root: Path, recorder: Recorder) -> None:
    (root / "new.jpg").write_bytes(b"new")
    expected = [FileSeen(root / "new.jpg", Cause.CREATED)]
    if sys.platform == "linux":
        expected.append(FileSeen(root / "new.jpg", Cause.CLOSED))
    recorder.until(*expected)


def test_an_overwritten_file_is_reported(root: Path, recorder: Recorder) -> None:
    (root / "a.jpg").write_bytes(b"other")
    recorder.until(FileSeen(root / "a.jpg", Cause.MODIFIED))


def test_a_truncated_file_is_reported(root: Path, recorder: Recorder) -> None:
    os.truncate(root / "a.jpg", 0)
    recorder.until(FileSeen(root / "a.jpg", Cause.MODIFIED))


def test_a_file_that_is_moved_in_is_reported(root: Path, tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "outside.jpg").write_bytes(b"x")
    (tmp_path / "outside.jpg").rename(root / "in.jpg")
    recorder.until(FileSeen(root / "in.jpg", Cause.CREATED))


def test_both_ends_of_a_rename_are_reported(root: Path, recorder: Recorder) -> None:
    (root / "a.jpg").rename(root / "d" / "b.jpg")
    recorder.until(FileSeen(root / "a.jpg", Cause.DELETED), FileSeen(root / "d" / "b.jpg", Cause.MOVED))


def test_an_atomic_replacement_is_reported_by_its_final_name(root: Path, recorder: Recorder) -> None:
    (root / ".a.tmp").write_bytes(b"other")
    (root / ".a.tmp").replace(root / "a.jpg")
    recorder.until(FileSeen(root / "a.jpg", Cause.MOVED))


def test_a_file_that_is_moved_out_is_reported_as_deleted(root: Path, tmp_path: Path, recorder: Recorder) -> None:
    (root / "a.jpg").rename(tmp_path / "out.jpg")
    recorder.until(FileSeen(root / "a.jpg", Cause.DELETED))


def test_a_directory_that_is_moved_in_is_reported_with_its_files(
    root: Path, tmp_path: Path, recorder: Recorder
) -> None:
    (tmp_path / "o" / "p").mkdir(parents=True)
    (tmp_path / "o" / "3.jpg").write_bytes(b"3")
    (tmp_path / "o" / "p" / "4.jpg").write_bytes(b"4")
    (tmp_path / "o").rename(root / "n")
    recorder.until(FileSeen(root / "n", Cause.CREATED))
    (root / "n" / "p" / "5.jpg").write_bytes(b"5")
    recorder.until_paths({root / "n" / "p" / "5.jpg"})


def test_a_directory_that_is_renamed_is_reported_at_both_ends(root: Path, recorder: Recorder) -> None:
    (root / "d").rename(root / "D2")
    recorder.until(
        FileSeen(root / "d", Cause.DELETED),
        FileSeen(root / "D2", Cause.MOVED),
        FileSeen(root / "D2" / "e" / "2.jpg", Cause.MOVED),
    )
    (root / "D2" / "e" / "9.jpg").write_bytes(b"9")
    recorder.until_paths({root / "D2" / "e" / "9.jpg"})


def test_files_written_at_once_into_new_directories_are_all_reported(root: Path, recorder: Recorder) -> None:
    paths = {root / "n" / str(folder) / "m" / f"{name}.jpg" for folder in range(40) for name in range(3)}
    for path in sorted(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    recorder.until_paths(paths)


def test_a_copied_tree_is_reported(root: Path, recorder: Recorder) -> None:
    shutil.copytree(root / "d", root / "copy")
    recorder.until_paths({root / "copy" / "1.jpg", root / "copy" / "e" / "2.jpg"})


def test_a_hard_link_is_reported(root: Path, tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "outside.jpg").write_bytes(b"x")
    (root / "h.jpg").hardlink_to(tmp_path / "outside.jpg")
    recorder.until(FileSeen(root / "h.jpg", Cause.CREATED))


def test_deleted_files_and_directories_are_reported(root: Path, recorder: Recorder) -> None:
    shutil.rmtree(root / "d")
    recorder.until(
        *(FileSeen(root / name, Cause.DELETED) for name in ("d/1.jpg", "d/e/2.jpg", "d/e", "d")),
    )


def test_names_that_are_no_text_are_reported(root: Path, recorder: Recorder) -> None:
    raw = os.fsencode(root) + b"/\xff.jpg"
    try:
        os.close(os.open(raw, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system takes no such name")
    recorder.until_paths({Path(os.fsdecode(raw))})


@pytest.mark.skipif(sys.platform != "linux", reason="other systems report more")
def test_reading_and_touching_are_not_reported(root: Path, recorder: Recorder) -> None:
    (root / "a.jpg").read_bytes()
    os.utime(root / "a.jpg")
    (root / "last.jpg").write_bytes(b"x")
    got = recorder.until(FileSeen(root / "last.jpg", Cause.CLOSED))
    assert {seen.path for seen in got} == {root / "last.jpg"}


def test_several_roots_share_one_observer(root: Path, tmp_path: Path, observing: Observing, recorder: Recorder) -> None:
    threads = threading.active_count()
    other = tmp_path / "other"
    other.mkdir()
    assert observing.watch(other, "events").mode == "events"
    assert threading.active_count() == threads + 1
    (other / "1.jpg").write_bytes(b"1")
    (root / "2.jpg").write_bytes(b"2")
    recorder.until_paths({other / "1.jpg", root / "2.jpg"})
    observing.unwatch(other)
    (other / "3.jpg").write_bytes(b"3")
    (root / "4.jpg").write_bytes(b"4")
    assert other / "3.jpg" not in recorder.until_paths({root / "4.jpg"})


def test_a_root_that_was_deleted_and_made_again_can_be_watched_again(
    root: Path, observing: Observing, recorder: Recorder
) -> None:
    assert observing.alive(root)
    shutil.rmtree(root)
    recorder.until(FileSeen(root, Cause.DELETED))
    assert not observing.alive(root)
    assert observing.watch(root).mode == "poll"
    assert not observing.alive(root)
    root.mkdir()
    assert not observing.alive(root)
    observing.unwatch(root)
    assert observing.watch(root, "events") == Watched("events")
    assert observing.alive(root)
    (root / "new.jpg").write_bytes(b"new")
    recorder.until_paths({root / "new.jpg"})


def test_a_root_that_was_replaced_is_not_alive(root: Path, tmp_path: Path, observing: Observing) -> None:
    root.rename(tmp_path / "elsewhere")
    root.mkdir()
    assert not observing.alive(root)
    assert observing.watch(root, "events").mode == "events"
    assert observing.alive(root)


def test_a_polled_root_is_not_observed(tmp_path: Path, observing: Observing) -> None:
    threads = threading.active_count()
    assert observing.watch(tmp_path, "poll") == Watched("poll", "as configured")
    assert threading.active_count() == threads
    assert observing.alive(tmp_path)
    observing.unwatch(tmp_path)
    assert not observing.alive(tmp_path)


@pytest.mark.parametrize("name", ["gone", "file.jpg", "link"])
def test_what_is_no_folder_is_left_to_polling(tmp_path: Path, name: str, observing: Observing) -> None:
    (tmp_path / "file.jpg").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path)
    watched = observing.watch(tmp_path / name, "events")
    assert watched.mode == "poll"
    assert watched.reason
    assert not observing.alive(tmp_path / name)


def test_a_report_that_raises_ends_nothing(tmp_path: Path) -> None:
    lost: queue.Queue[str] = queue.Queue()
    seen: queue.Queue[FileSeen] = queue.Queue()

    def report(one: FileSeen) -> None:
        if one.path.name == "bad.jpg":
            raise RuntimeError("no loop")
        seen.put(one)

    observing = Observing(report, lost.put)
    try:
        observing.watch(tmp_path, "events")
        (tmp_path / "bad.jpg").write_bytes(b"x")
        assert "no loop" in lost.get(timeout=DEADLINE)
        (tmp_path / "good.jpg").write_bytes(b"x")
        assert seen.get(timeout=DEADLINE).path == tmp_path / "good.jpg"
        assert observing.alive(tmp_path)
    finally:
        observing.stop()


def test_nothing_is_left_after_a_stop(tmp_path: Path, recorder: Recorder) -> None:
    before = set(threading.enumerate())
    observing = Observing(recorder.seen.put, recorder.lost.put)
    observing.watch(tmp_path, "events")
    observing.stop()
    assert set(threading.enumerate()) == before
    assert not observing.alive(tmp_path)
    assert not any(logging.getLogger(f"watchdog.observers.{name}").filters for name in ("inotify", "inotify_c"))


@pytest.mark.skipif(sys.platform != "linux", reason="inotify")
class TestInotify:
    def test_an_overflow_is_told_and_events_go_on(self, root: Path, observing: Observing, recorder: Recorder) -> None:
        from watchdog.observers.inotify import InotifyObserver
        from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, WatchDescriptor

        observer = observing._observer  # noqa: SLF001
        assert isinstance(observer, InotifyObserver)
        overflow = InotifyEvent(WatchDescriptor(-1), InotifyConstants.IN_Q_OVERFLOW, 0, b"")
        observer._inotify_fd.handle_event(overflow)  # noqa: SLF001
        assert "overflow" in recorder.lost.get(timeout=DEADLINE)
        assert not observing.alive(root)
        assert observing.watch(root, "events") == Watched("events")
        assert observing.alive(root)
        (root / "after.jpg").write_bytes(b"x")
        (root / "d" / "e" / "after.jpg").write_bytes(b"x")
        recorder.until_paths({root / "after.jpg", root / "d" / "e" / "after.jpg"})

    def test_a_queue_that_really_overflows_is_told(self, root: Path, recorder: Recorder, observing: Observing) -> None:
        from watchdog.observers.inotify import InotifyObserver

        observer = observing._observer  # noqa: SLF001
        assert isinstance(observer, InotifyObserver)
        limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text(encoding="ascii"))
        if limit > 50_000:
            pytest.skip("the queue of this machine is too long to be filled in a test")
        first, second = root / "x.jpg", root / "y.jpg"
        first.write_bytes(b"x")
        # The reader needs this lock after every read: holding it is a reader that comes too late.
        with observer._inotify_fd._lock:  # noqa: SLF001
            for _ in range(limit // 2 + 4096):
                first.rename(second)
                second.rename(first)
        assert "overflow" in recorder.lost.get(timeout=DEADLINE)
        assert observing.watch(root, "events") == Watched("events")
        (root / "after.jpg").write_bytes(b"x")
        recorder.until_paths({root / "after.jpg"})

    def test_watches_that_were_not_renewed_are_not_alive(self, root: Path, observing: Observing) -> None:
        logging.getLogger("watchdog.observers.inotify").error("Unable to rebuild recursive inotify watches below x")
        assert not observing.alive(root)
        assert observing.watch(root, "events").mode == "events"
        assert observing.alive(root)

    @pytest.mark.parametrize("thread", ["observer", "reader", "emitter"])
    def test_a_dead_thread_is_noticed_and_replaced(
        self, root: Path, observing: Observing, recorder: Recorder, thread: str
    ) -> None:
        from watchdog.observers.inotify import InotifyObserver

        observer = observing._observer  # noqa: SLF001
        assert isinstance(observer, InotifyObserver)
        (emitter,) = observer.emitters
        victim = {"observer": observer, "reader": observer._inotify_fd, "emitter": emitter}[thread]  # noqa: SLF001
        victim.stop()
        victim.join(DEADLINE)
        assert not observing.alive(root)
        assert observing.watch(root, "events") == Watched("events")
        assert observing.alive(root)
        (root / "after.jpg").write_bytes(b"x")
        recorder.until_paths({root / "after.jpg"})

    def test_other_messages_of_watchdog_are_left_alone(
        self, observing: Observing, recorder: Recorder, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert observing.alive(Path("/")) is False
        logging.getLogger("watchdog.observers.inotify_c").warning("something else")
        assert caplog.messages == ["something else"]
        assert recorder.lost.empty()

    def test_a_quiet_log_still_tells_of_an_overflow(self, recorder: Recorder) -> None:
        logger = logging.getLogger("watchdog.observers.inotify_c")
        logger.setLevel(logging.CRITICAL)
        try:
            observing = Observing(recorder.seen.put, recorder.lost.put)
            logger.warning("Inotify queue overflowed")
            observing.stop()
            assert logger.level == logging.CRITICAL
        finally:
            logger.setLevel(logging.NOTSET)
        assert recorder.lost.get_nowait() == "Inotify queue overflowed"

    def test_a_system_without_watches_left_means_polling(self, tmp_path: Path) -> None:
        for number in range(30):
            (tmp_path / str(number)).mkdir()
        program = """if True:
            import pathlib, sys
            from pictured.watching.observing import Observing
            for limit in (20, 1, 100):
                pathlib.Path("/proc/sys/user/max_inotify_watches").write_text(str(limit), encoding="ascii")
                observing = Observing(print, print)
                print(observing.watch(pathlib.Path(sys.argv[1]), "events").mode)
                observing.stop()
            pathlib.Path("/proc/sys/user/max_inotify_instances").write_text("0", encoding="ascii")
            observing = Observing(print, print)
            print(observing.watch(pathlib.Path(sys.argv[1]), "events"))
            observing.stop()
        """
        inner = [sys.executable, "-c", program, str(tmp_path)]
        search = os.pathsep.join(path for path in sys.path if path)
        found = subprocess.run(
            ["unshare", "--user", "--map-root-user", *inner],
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
            env=os.environ | {"PYTHONPATH": search},
        )
        if "unshare" in found.stderr or "PermissionError" in found.stderr:
            pytest.skip("no name spaces of one's own here")
        *modes, last = found.stdout.splitlines()
        assert modes == ["poll", "poll", "events"], found.stderr
        assert "instance limit" in last

    def test_threads_that_died_are_told_and_begun_anew_by_the_next_watch(
        self, observing: Observing, tmp_path: Path
    ) -> None:
        assert observing.lives()
        observing.watch(tmp_path)
        assert observing.lives()
        running = observing._observer  # noqa: SLF001  watchdog's threads die of faults that no test can make
        assert running is not None
        running.stop()
        running.join()
        assert not observing.lives()
        assert not observing.alive(tmp_path)
        assert observing.watch(tmp_path).mode == "events"
        assert observing.lives()

    def test_folders_that_came_without_a_watch_mean_polling(self, tmp_path: Path) -> None:
        (tmp_path / "early").mkdir()
        program = """if True:
            import pathlib, sys
            from pictured.watching.observing import Observing
            limit = pathlib.Path("/proc/sys/user/max_inotify_watches")
            limit.write_text("10", encoding="ascii")
            root = pathlib.Path(sys.argv[1])
            observing = Observing(lambda seen: None, print)
            print(observing.watch(root).mode)
            print(observing.gaps(root, [root / "early"]))
            limit.write_text("2", encoding="ascii")
            for number in range(5):
                (root / f"late{number}").mkdir()
            found = observing.gaps(root, [root / f"late{number}" for number in range(5)])
            print(found.mode, found.degraded, observing.alive(root))
            print(found.reason)
            print(observing.gaps(root, [root / "late0"]))
            observing.stop()
        """
        search = os.pathsep.join(path for path in sys.path if path)
        found = subprocess.run(
            ["unshare", "--user", "--map-root-user", sys.executable, "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
            env=os.environ | {"PYTHONPATH": search},
        )
        if "unshare" in found.stderr or "PermissionError" in found.stderr:
            pytest.skip("no name spaces of one's own here")
        first, none, second, reason, again = found.stdout.splitlines()
        assert (first, none, second, again) == ("events", "None", "poll True True", "None"), found.stderr
        assert "for 5 of the folders in it" in reason
        assert "raise fs.inotify.max_user_watches" in reason


def test_it_ends_whole_though_folders_and_links_changed_places_faster_than_they_could_be_looked_at(
    tmp_path: Path, recorder: Recorder
) -> None:
    before = threading.active_count()
    folder, aside, between = tmp_path / "a/in", tmp_path / "aside", tmp_path / "between"
    folder.mkdir(parents=True)
    aside.symlink_to(tmp_path / "b")
    (tmp_path / "b").mkdir()
    observing = Observing(recorder.seen.put, recorder.lost.put)
    for root in ("a", "b"):
        assert observing.watch(tmp_path / root).mode == "events"

    for _ in range(8000):
        folder.rename(between)
        aside.rename(folder)
        between.rename(aside)
    observing.stop()

    assert threading.active_count() == before


@pytest.mark.skipif(sys.platform != "linux", reason="the lists are those of inotify")
@pytest.mark.parametrize("end", ["stop", "unwatch"])
def test_it_ends_whole_though_the_lists_of_watches_do_not_agree(tmp_path: Path, recorder: Recorder, end: str) -> None:
    before = threading.active_count()
    (tmp_path / "a/b").mkdir(parents=True)
    observing = Observing(recorder.seen.put, recorder.lost.put)
    assert observing.watch(tmp_path).mode == "events"
    # As folders and links leave them that changed places faster than watchdog looked.
    (emitter,) = observing._observer.emitters  # type: ignore[union-attr]  # noqa: SLF001
    del emitter._inotify._active_callbacks_by_path[os.fsencode(tmp_path / "a")]  # type: ignore[attr-defined]  # noqa: SLF001

    if end == "unwatch":
        observing.unwatch(tmp_path)
    ending = threading.Thread(target=observing.stop, daemon=True)
    ending.start()
    ending.join(DEADLINE)

    assert not ending.is_alive()
    assert threading.active_count() == before
