import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, FileError, Refused, Truncated, Vanished
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)


def picture(path: Path, size: tuple[int, int] = (300, 200)) -> Path:
    noise = np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path


def test_a_fingerprint_tells_all_that_is_kept(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg")
    found = fingerprint(path, stamp_of(path), LIMITS)
    assert found.digest == hashlib.sha256(path.read_bytes()).digest()
    assert (found.size, found.width, found.height) == (path.stat().st_size, 300, 200)
    assert (found.format, found.mode, found.bit_depth, found.frames) == ("JPEG", "RGB", 8, 1)
    assert (len(found.phash), len(found.thumb)) == (32, 4096)


def test_a_file_too_large_to_be_held_gives_the_same(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    small = fingerprint(path, stamp_of(path), LIMITS)
    with path.open("ab") as file:
        file.truncate(33 * 2**20)
    large = fingerprint(path, stamp_of(path), LIMITS)
    assert large.digest == hashlib.sha256(path.read_bytes()).digest()
    assert (large.phash, large.thumb) == (small.phash, small.thumb)


def test_an_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("not a picture")
    with pytest.raises(Refused, match=r"notes\.jpg is not a picture that pictured reads\.$"):
        fingerprint(path, stamp_of(path), LIMITS)


def test_an_empty_file_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()
    with pytest.raises(Truncated, match=r"empty\.jpg is empty"):
        fingerprint(path, stamp_of(path), LIMITS)


def test_another_stamp_is_a_change(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    stamp = stamp_of(path)
    picture(path, (10, 10))
    with pytest.raises(Changed):
        fingerprint(path, stamp, LIMITS)


def test_a_missing_file_has_vanished(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    stamp = stamp_of(path)
    path.unlink()
    with pytest.raises(Vanished):
        fingerprint(path, stamp, LIMITS)


def test_a_worker_loads_neither_configuration_nor_store_nor_log() -> None:
    program = (
        "import sys; sys.path[:] = eval(sys.argv[1])\n"
        "import pictured.indexing.fingerprinting, pictured.service.worker_process\n"
        "print(sorted({'pydantic', 'sqlite3', 'structlog', 'typer', 'cv2', 'watchdog'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program, repr(sys.path)], check=True, capture_output=True, text=True)
    assert ran.stdout == "[]\n"


def test_hostile_files_fail_with_a_reason_or_not_at_all(corpus: Path) -> None:
    reasons = set()
    for path in sorted((corpus / "hostile").iterdir()):
        try:
            fingerprint(path, stamp_of(path), LIMITS)
        except FileError as error:
            text = str(error).removeprefix(str(path))
            assert text.endswith(".")
            assert len(text) > 10
            reasons.add(type(error).__name__)
    assert reasons == {"Refused", "Truncated", "TooLarge"}
