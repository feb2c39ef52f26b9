import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, Refused, Unreadable
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.in_bulk import Wanted
from pictured.looks import Depth
from pictured.service.on_cluster import mounts_of, on_worker, packed_order, unpacked_answer

LIMITS = DecodingLimits(10_000_000, 2**29)

HEAP = """
import resource
from pictured.imaging.limits import DecodingLimits
from pictured.looks import Depth
from pictured.service.on_cluster import on_worker, packed_order

on_worker(packed_order([], DecodingLimits(1, 1), Depth.NORMAL, marr=False))
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    held = [bytes([1]) * 900_000 for _ in range(10)]
    del held
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def wanted(path: Path, key: bytes | None = None) -> Wanted:
    stamp = stamp_of(path)
    return Wanted(key or os.fsencode(path), stamp.size, stamp.mtime_ns, ())


def test_a_chunk_gives_what_the_workers_here_give_file_by_file(tmp_path: Path) -> None:
    good, odd = tmp_path / "good.png", tmp_path / "odd.png"
    Image.linear_gradient("L").save(good)
    odd.write_bytes(b"no picture")
    other = Wanted(os.fsencode(good), 1, 1, ())
    asked = [wanted(good), wanted(odd), other, wanted(good, b"//photos/good.png")]

    first, second, third, fourth = unpacked_answer(on_worker(packed_order(asked, LIMITS, Depth.QUICK, marr=True)))

    assert first == fingerprint(good, stamp_of(good), LIMITS, Depth.QUICK, marr=True)
    assert isinstance(second, Refused)
    assert isinstance(third, Changed)
    assert isinstance(fourth, Unreadable)


def test_a_worker_finds_a_share_where_its_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.linear_gradient("L").save(tmp_path / "good.png")
    monkeypatch.setenv("PICTURED_MOUNTS", f"scans=/nowhere:photos={tmp_path}")
    asked = [wanted(tmp_path / "good.png", b"//photos/good.png")]
    (read,) = unpacked_answer(on_worker(packed_order(asked, LIMITS, Depth.QUICK, marr=False)))
    assert isinstance(read, Fingerprint)


@pytest.mark.skipif(sys.platform != "linux", reason="the heap of glibc")
def test_a_worker_keeps_the_memory_of_a_picture_for_the_next_one() -> None:
    # As Dask starts its workers.
    surroundings = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}
    ran = subprocess.run([sys.executable, "-c", HEAP], capture_output=True, text=True, check=True, env=surroundings)
    assert int(ran.stdout) < 10_000


def test_shares_are_written_as_a_name_and_a_folder() -> None:
    assert mounts_of(["photos=/mnt/photos", "", "scans=/a=b"]) == (
        ("photos", Path("/mnt/photos")),
        ("scans", Path("/a=b")),
    )
