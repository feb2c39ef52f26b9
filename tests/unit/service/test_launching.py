import os
import subprocess
import sys
from pathlib import Path

import pytest

from pictured.imaging.limits import DecodingLimits
from pictured.service.launching import CONTEXTS, launched
from pictured.service.worker_process import WorkerLimits

DEADLINE = 30


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_launched_worker_ends_with_its_pipe(context: str) -> None:
    before = dict(os.environ)
    worker = launched(CONTEXTS[context](), WorkerLimits(1, 10**9, DecodingLimits(1, 1)), "os.path:join")
    assert dict(os.environ) == before
    worker.connection.close()
    worker.process.join(DEADLINE)
    assert worker.process.exitcode == 0


@pytest.mark.parametrize("context", ["forkserver", "spawn"])
def test_a_worker_does_not_import_the_command_line_of_its_parent(tmp_path: Path, context: str) -> None:
    main = tmp_path / "main.py"
    main.write_text(f"""
import sys
sys.path[:] = {[str(Path(__file__).parent), *sys.path]!r}
from pathlib import Path
with Path({str(tmp_path / "imported")!r}).open("a") as log: log.write(__name__ + "\\n")
import asyncio
from pictured.disk.reading import stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.service.workers import WorkerLimits, Workers
async def run():
    pool = Workers(1, WorkerLimits(30, 512_000_000, DecodingLimits(1, 1)), {context!r}, work="misbehaving:work")
    await pool.fingerprint(Path(__file__), stamp_of(Path(__file__)))
    await pool.close()
    assert sys.modules["__main__"].__file__ == __file__
if __name__ == "__main__":
    asyncio.run(run())
""")
    subprocess.run([sys.executable, str(main)], check=True)
    assert (tmp_path / "imported").read_text() == "__main__\n"
