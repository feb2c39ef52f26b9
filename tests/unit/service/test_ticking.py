import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pictured.service.ticking import tick, until_tick

TIMES = st.floats(0, 1e6)
SECONDS = st.sampled_from([0.25, 1.0, 15.0, 30.0])


@given(TIMES, SECONDS)
def test_the_wait_is_at_most_as_long_as_asked(now: float, seconds: float) -> None:
    assert 0 < until_tick(now, seconds) <= seconds


@given(TIMES, TIMES, SECONDS)
def test_whoever_waits_is_woken_at_the_same_moments(one: float, other: float, seconds: float) -> None:
    ends = [now + until_tick(now, seconds) for now in (one, other)]
    apart = abs(ends[0] - ends[1]) / seconds
    assert abs(apart - round(apart)) < 1e-3


def test_no_time_is_no_wait() -> None:
    assert until_tick(5.0, 0.0) == 0.0


def test_it_waits_for_the_next_moment() -> None:
    async def scenario() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await tick(0.02)
        return began, loop.time()

    began, ended = asyncio.run(scenario())
    assert ended // 0.02 > began // 0.02 or ended % 0.02 > 0.0199
