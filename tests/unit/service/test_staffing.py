import os

from pictured.config.limits import Limits
from pictured.matching.settings import MatchingSettings
from pictured.service.staffing import rendering_limits, worker_limits, workers_of


def test_limits_reach_the_workers() -> None:
    limits = worker_limits(Limits(megapixels=2.5, memory=100_000_000, time=7, files_per_worker=3))

    assert (limits.seconds, limits.memory, limits.tasks) == (7, 100_000_000, 3)
    assert (limits.decoding.pixels, limits.decoding.memory) == (2_500_000, 100_000_000)
    assert limits.idle
    assert not worker_limits(Limits(priority="normal")).idle
    assert not rendering_limits(Limits(priority="normal")).idle


def test_there_is_a_worker_for_each_core_unless_somebody_says_otherwise() -> None:
    assert workers_of(Limits(), MatchingSettings()).count == os.cpu_count()
    assert workers_of(Limits(workers=3), MatchingSettings()).count == 3
