import asyncio
import multiprocessing
import os
import signal

from pictured.service.awaiting import ending, readable, reaped


def test_what_is_written_is_told_and_silence_too() -> None:
    async def scenario() -> None:
        ours, theirs = os.pipe()
        assert not await readable(ours, 0.01)
        os.write(theirs, b"x")
        assert await readable(ours, 10)
        os.read(ours, 1)
        os.close(theirs)
        assert await readable(ours, 10)
        os.close(ours)

    asyncio.run(scenario())


def test_a_process_that_does_not_end_is_not_waited_for() -> None:
    process = multiprocessing.get_context("spawn").Process(target=signal.pause)
    process.start()
    asyncio.run(reaped(process))
    assert process.is_alive()
    process.kill()
    process.join()


def test_an_end_is_told_by_its_signal_or_status() -> None:
    assert ending(-signal.SIGSEGV) == "was killed by SIGSEGV"
    assert ending(3) == "ended with exit status 3"
    assert ending(None) == "hung up"
