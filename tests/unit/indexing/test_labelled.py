import subprocess
import sys
from pathlib import Path

import pytest

from pictured.flow import Stamp
from pictured.indexing.labelled import Copy, Merged


@pytest.mark.parametrize("module", ["pictured.indexing.labelled", "pictured.indexing.in_bulk", "pictured.cli.working"])
def test_whoever_has_workers_read_loads_no_decoder(module: str) -> None:
    loaded = f"import sys, {module}; print(*{{'PIL', 'cv2', 'scipy', 'imagehash', 'pyvips'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_a_copy_without_sidecars_and_nothing_merged_are_the_plain_cases() -> None:
    picture = Path("/photos/a.jpg"), Stamp(1, 2, 3)

    assert Copy(picture).sidecars == ()
    assert (Merged(None).origins, Merged(None).refusals) == ((), ())
