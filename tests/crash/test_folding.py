"""Die at every touch of the disk while files of segments are folded: the old set or the new one is there afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("folding.py")


def test_wherever_a_folding_dies_the_next_process_finds_what_the_rows_say(tmp_path: Path) -> None:
    # The numeric libraries start threads when they are loaded, unless they are told not to.
    environ = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    argv = [sys.executable, str(PROGRAM), str(tmp_path)]
    end = json.loads(subprocess.run(argv, env=environ, stdout=subprocess.PIPE, check=True).stdout)

    assert end["wrong"] == []
    assert end["deaths"] >= 15
    assert set(end["kinds"]) >= {"open", "os.rename", "os.remove", "COMMIT"}
