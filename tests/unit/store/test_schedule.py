from pictured.store.database import Database
from pictured.store.schedule import Schedule


def test_a_job_that_never_ran_has_no_last_run(db: Database) -> None:
    assert Schedule(db).last_run("rescan") is None


def test_the_last_run_of_each_job_is_kept(db: Database) -> None:
    schedule = Schedule(db)
    schedule.ran("rescan", 1.5)
    schedule.ran("report", 2.5)
    schedule.ran("rescan", 3.5)
    assert (schedule.last_run("rescan"), schedule.last_run("report")) == (3.5, 2.5)
