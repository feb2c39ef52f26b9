from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pictured.flow import Cause, Gone, Settled, Stamp
from pictured.watching.settling import Settling

QUIET = 5.0
A = Path("/p/a.jpg")
B = Path("/p/b.jpg")
ONE = Stamp(1, 1, 1)
TWO = Stamp(2, 2, 1)


@pytest.mark.parametrize(
    ("cause", "wait"), [(Cause.CREATED, 5.0), (Cause.MODIFIED, 5.0), (Cause.CLOSED, 2.0), (Cause.MOVED, 2.0)]
)
def test_a_file_settles_when_it_stayed_the_same(cause: Cause, wait: float) -> None:
    settling = Settling(QUIET)
    settling.seen(A, cause, None, 100.0)
    assert settling.due(100.0) == [A]
    assert settling.judge(A, ONE, 100.0) is None
    assert settling.next_due() == 100.0 + wait
    assert settling.due(100.0 + wait - 0.001) == []
    assert settling.due(100.0 + wait) == [A]
    assert settling.judge(A, ONE, 100.0 + wait) == Settled(A, ONE)
    assert (settling.pending, settling.next_due()) == (0, None)


def test_a_short_quiet_time_also_holds_after_a_close() -> None:
    settling = Settling(0.5)
    settling.seen(A, Cause.CLOSED, ONE, 0.0)
    assert settling.next_due() == 0.5


def test_a_file_that_grows_waits_again() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, ONE, 0.0)
    assert settling.due(5.0) == [A]
    assert settling.judge(A, TWO, 5.0) is None
    assert settling.due(9.9) == []
    assert settling.due(10.0) == [A]
    assert settling.judge(A, TWO, 10.0) == Settled(A, TWO)


def test_an_event_prolongs_the_wait_though_the_stamp_looks_the_same() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, ONE, 0.0)
    settling.seen(A, Cause.MODIFIED, None, 4.0)
    assert settling.next_due() == 9.0
    assert settling.judge(A, ONE, 5.0) is None
    assert settling.due(9.0) == [A]
    assert settling.judge(A, ONE, 9.0) == Settled(A, ONE)


def test_a_writer_that_opens_again_after_a_close_gets_the_long_wait() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CLOSED, ONE, 0.0)
    settling.seen(A, Cause.MODIFIED, None, 1.0)
    assert settling.next_due() == 6.0


def test_a_deleted_file_is_looked_at_at_once() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, ONE, 0.0)
    settling.seen(A, Cause.DELETED, None, 1.0)
    assert settling.due(1.0) == [A]
    assert settling.judge(A, None, 1.0) == Gone(A)
    assert settling.pending == 0


def test_a_file_that_was_deleted_and_is_back_starts_anew() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, ONE, 0.0)
    settling.seen(A, Cause.DELETED, None, 4.5)
    assert settling.due(4.5) == [A]
    assert settling.judge(A, ONE, 4.5) is None
    assert settling.due(9.4) == []
    assert settling.due(9.5) == [A]


def test_a_scanned_file_that_is_old_settles_at_once() -> None:
    settling = Settling(QUIET)
    old, young, future = (Stamp(1, 1, 1, changed_ns=second * 10**9) for second in (900, 996, 2000))
    assert settling.seen(A, Cause.SCANNED, old, 0.0, wall=1000.0) == Settled(A, old)
    assert settling.seen(A, Cause.RETRIED, old, 0.0, wall=1000.0) == Settled(A, old)
    assert settling.pending == 0
    assert settling.seen(A, Cause.SCANNED, young, 0.0, wall=1000.0) is None
    assert settling.seen(B, Cause.SCANNED, future, 0.0, wall=1000.0) is None
    assert settling.due(5.0) == [A, B]


def test_a_scan_does_not_cut_a_wait_short_nor_prolong_it() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, None, 0.0)
    old = Stamp(1, 1, 1, changed_ns=1)
    assert settling.seen(A, Cause.SCANNED, old, 1.0, wall=1000.0) is None
    assert settling.seen(A, Cause.SCANNED, old, 3.0, wall=1000.0) is None
    assert settling.next_due() == 6.0


def test_forgotten_paths_are_never_due() -> None:
    settling = Settling(QUIET)
    for path in (A, B, Path("/p2/c.jpg")):
        settling.seen(path, Cause.CREATED, ONE, 0.0)
    settling.forget(A)
    settling.forget(A)
    assert settling.judge(A, ONE, 9.0) is None
    settling.forget_below(Path("/p"))
    assert settling.pending == 1
    assert settling.due(9.0) == [Path("/p2/c.jpg")]


def test_a_handed_out_path_is_not_handed_out_twice() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, None, 0.0)
    assert settling.due(0.0) == [A]
    assert settling.due(1.0) == []
    assert settling.pending == 1


def test_a_stream_of_events_takes_one_look_per_quiet_time() -> None:
    settling = Settling(QUIET)
    settling.seen(A, Cause.CREATED, ONE, 0.0)
    for step in range(100_000):
        settling.seen(A, Cause.MODIFIED, None, step / 1000)
    assert settling.next_due() == 99.999 + QUIET


def test_a_hundred_thousand_files_settle_in_their_order() -> None:
    settling = Settling(QUIET)
    paths = [Path(f"/p/{number}.jpg") for number in range(100_000)]
    for number, path in enumerate(paths):
        settling.seen(path, Cause.CREATED, ONE, number / 10_000)
    assert settling.due(100.0) == paths
    assert all(settling.judge(path, ONE, 100.0) == Settled(path, ONE) for path in paths)
    assert settling.pending == 0


@dataclass
class _File:
    """What really happened to a file: its stamp since when, and the last event that told of it."""

    stamp: Stamp | None = None
    looks: list[tuple[float, Stamp | None]] = field(default_factory=list)


CAUSES = st.sampled_from([Cause.CREATED, Cause.MODIFIED, Cause.CLOSED, Cause.MOVED, Cause.DELETED, Cause.SCANNED])
PATHS = st.sampled_from([Path(f"/p/{letter}.jpg") for letter in "abc"])
STATES = st.none() | st.builds(Stamp, st.integers(0, 2), st.just(0), st.just(1))


class SettlingMachine(RuleBasedStateMachine):
    """Files change at random; the machine plays the service and checks each answer against all looks that it took."""

    def __init__(self) -> None:
        super().__init__()
        self.settling = Settling(QUIET)
        self.now = 0.0
        self.files: dict[Path, _File] = {}
        self.open: set[Path] = set()

    @rule(path=PATHS, stamp=STATES, cause=CAUSES, told=st.booleans())
    def change(self, path: Path, stamp: Stamp | None, cause: Cause, told: bool) -> None:  # noqa: FBT001
        file = self.files.setdefault(path, _File())
        file.stamp = stamp
        if told:
            known = stamp if cause is Cause.SCANNED else None
            if known is not None:
                file.looks.append((self.now, known))
            assert self.settling.seen(path, cause, known, self.now) is None
            self.open.add(path)

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.9, 2.0, 3.0, 5.0, 7.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(path=PATHS)
    def forget(self, path: Path) -> None:
        self.settling.forget(path)
        self.open.discard(path)

    @rule()
    def look(self) -> None:
        for path in self.settling.due(self.now):
            assert path in self.open
            file = self.files[path]
            verdict = self.settling.judge(path, file.stamp, self.now)
            file.looks.append((self.now, file.stamp))
            if verdict is not None:
                self.open.remove(path)
                self.check(path, file, verdict)

    def check(self, path: Path, file: _File, verdict: Settled | Gone) -> None:
        if file.stamp is None:
            assert verdict == Gone(path)
            return
        assert verdict == Settled(path, file.stamp)
        since = self.now
        for when, stamp in reversed(file.looks):
            if stamp != file.stamp:
                break
            since = when
        assert self.now - since >= min(QUIET, 2.0)

    @precondition(lambda self: self.open)
    @rule()
    def everything_ends_when_all_is_quiet(self) -> None:
        for _ in range(3):
            if self.settling.next_due() is None:
                break
            self.now = max(self.now, self.settling.next_due() or 0.0) + 2 * QUIET
            self.look()
        assert self.open == set()

    @invariant()
    def pending_counts_what_is_open(self) -> None:
        assert self.settling.pending == len(self.open)
        assert (self.settling.next_due() is None) == (not self.open)


TestSettlingMachine = SettlingMachine.TestCase


@given(st.permutations([(path, cause) for path in (A, B) for cause in Cause]))
def test_the_order_of_events_does_not_change_the_result(events: list[tuple[Path, Cause]]) -> None:
    settling = Settling(QUIET)
    for path, cause in events:
        settling.seen(path, cause, None, 0.0)
    found = {A: ONE, B: None}
    verdicts = []
    while (now := settling.next_due()) is not None:
        verdicts += [settling.judge(path, found[path], now) for path in settling.due(now)]
    assert {verdict for verdict in verdicts if verdict} == {Settled(A, ONE), Gone(B)}
