import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.settings import Mode, Purpose
from pictured.flow import Form
from pictured.service.jobs import JOBS, Collect, entry_of

PATHS = (
    st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name).map(lambda n: Path(os.fsdecode(b"/" + n)))
)


def test_every_job_has_a_name_of_its_own() -> None:
    assert len({kind.do for kind in JOBS}) == len(JOBS)


@given(PATHS, PATHS)
def test_every_destination_is_an_entry_of_its_own(one: Path, other: Path) -> None:
    entries = [entry_of(Collect((), (Path("/l"),), into, "copy", False)) for into in (one, other)]

    assert (entries[0].name == entries[1].name) == (one == other)
    assert entries[0].mode is Mode.AUTO


def test_two_destinations_of_the_same_name_are_two_entries() -> None:
    names = {entry_of(Collect((), (Path("/l"),), Path(f"/{drive}/Best"), "copy", False)).name for drive in "ab"}

    assert len(names) == 2
    assert all("Best" in name for name in names)


def test_without_queries_groups_are_collected() -> None:
    job = Collect((), (Path("/l"),), Path("/b"), "hardlink", False)

    assert entry_of(job).purpose is Purpose.DUPLICATES
    assert entry_of(job).form is Form.HARDLINK
    assert entry_of(Collect((Path("/q"),), (Path("/l"),), Path("/b"), "copy", False)).purpose is Purpose.QUERIES
