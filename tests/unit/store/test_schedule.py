import sqlite3

from pictured.store.schedule import Schedule


def test_a_job_that_never_ran_has_no_last_run(db: sqlite3.Connection) -> None:
    assert Schedule(db).last_run("rescan") is None


def test_the_last_run_of_each_job_is_kept(db: sqlite3.Connection) -> None:
    schedule = Schedule(db)
    schedule.ran("rescan", 1.5)
    schedule.ran("report", 2.5)
    schedule.ran("rescan", 3.5)
    assert (schedule.last_run("rescan"), schedule.last_run("report")) == (3.5, 2.5)
