"""The index: can it be opened, is it whole, and does the clock stand after what it says."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import StoreError
from pictured.service.diagnosis.finding import Finding, good, note, wrong
from pictured.store.catalogue import Catalogue
from pictured.store.engines import Shared, open_index
from pictured.store.opening import FILE
from pictured.store.schedule import Schedule

_JOBS = ("rescan", "report")
_BUILT = datetime(2025, 1, 1).astimezone().timestamp()
_TOLERANCE = 60.0


def index(state: Path, shared: Shared | None, folders: Sequence[Path], *, thorough: bool) -> Iterator[Finding]:
    """Look at the index, the shared one or that of a state folder; `thorough` has every page of the file read."""
    if shared is None and not (state / FILE).exists():
        yield good("index", f"there is no index in {shown(state)} yet")
        yield clock(time.time(), None)
        return
    try:
        with closing(open_index(state, shared, writer=False)) as db:
            reading = thorough and shared is None
            faults = [str(row[0]) for row in db.execute("PRAGMA quick_check(5)")] if reading else ["ok"]
            catalogue, ledger = Catalogue(db), Schedule(db)
            counts, failures = catalogue.count(), catalogue.failures(None)
            known = [catalogue.root(folder) for folder in folders]
            times = [ledger.last_run(job) for job in _JOBS]
            times += [root.scanned_at for root in known if root is not None]
    except StoreError as error:
        yield wrong("index", str(error).rstrip("."), "the sentence above says what to do")
        return
    if faults != ["ok"]:
        yield wrong(
            "index",
            f"{shown(state / FILE)} is damaged: {faults[0]}",
            f"stop the daemon and make a file {shown(state / 'suspect')}; the next start builds the index anew",
        )
    else:
        read = " and was read to its end" if reading else ""
        yield good("index", f"the index holds {counts.pictures} pictures in {counts.files} files{read}")
    lost = [each.failure.path for each in failures if each.failure.kind == "crashed" and each.retry_at is None]
    if lost:
        yield note(
            "quarantine",
            f"{len(lost)} files broke their worker and are left alone, such as {shown(lost[0])}",
            "`pictured status --quarantine` lists them; `pictured retry` takes them again",
        )
    for aside in sorted(state.glob(f"{FILE}.damaged-*")):
        yield note("index", f"{shown(aside)} is a damaged index of earlier", "remove it when you miss nothing")
    yield clock(time.time(), max((moment for moment in times if moment is not None), default=None))


def clock(now: float, last: float | None) -> Finding:
    """Judge the clock by when the index was last written; both in Unix seconds."""
    if now < _BUILT or (last is not None and now < last - _TOLERANCE):
        stood = datetime.fromtimestamp(last if last is not None else _BUILT).astimezone()
        return wrong(
            "clock",
            f"the clock says {datetime.fromtimestamp(now).astimezone():%Y-%m-%d %H:%M}, before {stood:%Y-%m-%d %H:%M}, "
            "which is past already",
            "set the clock, or let the system do so (timedatectl set-ntp true)",
        )
    return good("clock", "the clock stands after the last work")
