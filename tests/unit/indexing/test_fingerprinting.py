import hashlib
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, FileError, Refused, Truncated, Vanished
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.looks import PARTS, POINT, Depth

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
Photo = Callable[[str], Image.Image]


def picture(path: Path, size: tuple[int, int] = (300, 200)) -> Path:
    noise = np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path


def kept(image: Image.Image, folder: Path, depth: Depth = Depth.NORMAL, *, asking: bool = False) -> Fingerprint:
    path = folder / "picture.jpg"
    image.save(path, quality=90)
    return fingerprint(path, stamp_of(path), LIMITS, depth, asking=asking)


def bits(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def test_a_fingerprint_tells_all_that_is_kept(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg")
    found = fingerprint(path, stamp_of(path), LIMITS)
    assert found.digest == hashlib.sha256(path.read_bytes()).digest()
    assert (found.size, found.width, found.height) == (path.stat().st_size, 300, 200)
    assert (found.format, found.mode, found.bit_depth, found.frames) == ("JPEG", "RGB", 8, 1)
    assert (len(found.phash), len(found.crops), found.marr) == (32, 7 * 32, None)
    assert 40 * 14 <= len(found.points) <= 72 * 14


@pytest.mark.parametrize(
    ("depth", "crops", "points"), [(Depth.QUICK, 0, 0), (Depth.NORMAL, 7, 72), (Depth.DEEP, 19, 200)]
)
@pytest.mark.parametrize("name", NAMES)
def test_the_depth_says_how_much_is_kept(
    photo: Photo, tmp_path: Path, name: str, depth: Depth, crops: int, points: int
) -> None:
    found = kept(photo(name), tmp_path, depth)
    assert len(found.crops) == 32 * crops == 32 * len(PARTS[depth])
    assert len(found.points) % 14 == 0
    assert min(points, 60) <= len(found.points) // 14 <= points
    assert found.phash == kept(photo(name), tmp_path, Depth.QUICK).phash


@pytest.mark.parametrize("name", NAMES)
def test_the_thumb_of_a_hasty_look_is_as_true(photo: Photo, tmp_path: Path, name: str) -> None:
    truth = np.asarray(photo(name).convert("L"))
    thumbs = [kept(photo(name), tmp_path, depth).thumb for depth in (Depth.NORMAL, Depth.QUICK)]
    errors = []
    for thumb in thumbs:
        seen = np.asarray(Image.open(io.BytesIO(thumb)).convert("L"))
        small = Image.fromarray(truth).resize(seen.shape[::-1], Image.Resampling.LANCZOS)
        errors.append(float(np.sqrt(np.square(seen.astype(float) - np.asarray(small)).mean())))
    assert errors[1] < errors[0] + 0.5
    assert len(thumbs[1]) < 2 * len(thumbs[0]) + 300


@pytest.mark.parametrize("held", [True, False])
def test_of_a_known_file_only_the_bytes_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, held: bool
) -> None:
    path = tmp_path / "no picture.jpg"
    path.write_bytes(b"anything")
    if not held:
        monkeypatch.setattr("pictured.indexing.fingerprinting._HELD", 1)
    digest = hashlib.sha256(b"anything").digest()
    assert fingerprint(path, stamp_of(path), LIMITS, known=(bytes(32), digest)) == digest
    with pytest.raises(Refused):
        fingerprint(path, stamp_of(path), LIMITS, known=(bytes(32),))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_takes_at_most_6_kb(photo: Photo, tmp_path: Path, name: str) -> None:
    found = kept(photo(name), tmp_path)
    assert len(found.phash) + len(found.crops) + len(found.points) + len(found.thumb) <= 6000


def test_the_noisiest_picture_takes_little_more(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128), np.uint8)
    assert len(kept(Image.fromarray(noise), tmp_path).thumb) < 16_000


@pytest.mark.parametrize("size", [(600, 400), (400, 600), (60, 40), (1, 1), (1, 900)])
def test_the_thumb_is_the_small_picture_in_its_shape(photo: Photo, tmp_path: Path, size: tuple[int, int]) -> None:
    image = photo("coffee").convert("L").resize(size)
    with Image.open(io.BytesIO(kept(image, tmp_path).thumb)) as thumb:
        assert thumb.format == "WEBP"
        assert max(thumb.size) == 128
        assert min(thumb.size) == max(1, round(128 * min(size) / max(size)))
        truth = np.asarray(image.resize(thumb.size, Image.Resampling.LANCZOS)).astype(int)
        assert np.abs(np.asarray(thumb.convert("L")) - truth).mean() < 8


def test_a_turned_picture_is_kept_upright(photo: Photo, tmp_path: Path) -> None:
    upright, exif = photo("coffee"), Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    upright.transpose(Image.Transpose.ROTATE_90).save(path, quality=90, exif=exif)
    turned, straight = fingerprint(path, stamp_of(path), LIMITS), kept(upright, tmp_path)
    assert (turned.width, turned.height) == upright.size
    assert bits(turned.phash, straight.phash) <= 8


def test_of_a_query_the_pictures_in_it_are_kept(photo: Photo, tmp_path: Path) -> None:
    picture = photo("astronaut").resize((360, 360))
    page = Image.new("RGB", (800, 1000), "white")
    page.paste(picture, (100, 150))
    found, alone = kept(page, tmp_path, asking=True), kept(picture, tmp_path)
    assert 1 <= len(found.crops) // 32 <= 4
    nearest = min(bits(found.crops[at : at + 32], alone.phash) for at in range(0, len(found.crops), 32))
    assert nearest <= 30
    words = {int(point["word"]) for point in np.frombuffer(found.points, np.dtype(POINT))}
    assert len({int(point["word"]) for point in np.frombuffer(alone.points, np.dtype(POINT))} & words) >= 36
    assert found.phash == kept(page, tmp_path).phash


def test_a_query_without_a_picture_in_it_has_no_parts(photo: Photo, tmp_path: Path) -> None:
    asking, plain = kept(photo("chelsea"), tmp_path, asking=True), kept(photo("chelsea"), tmp_path)
    assert len(asking.points) == len(plain.points)
    assert asking.crops == b""


def test_the_marr_hildreth_hash_is_kept_where_it_is_wanted(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg")
    found = fingerprint(path, stamp_of(path), LIMITS, marr=True)
    assert len(found.marr or b"") == 72


def test_a_file_too_large_to_be_held_gives_the_same(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    small = fingerprint(path, stamp_of(path), LIMITS)
    with path.open("ab") as file:
        file.truncate(33 * 2**20)
    large = fingerprint(path, stamp_of(path), LIMITS)
    assert large.digest == hashlib.sha256(path.read_bytes()).digest()
    assert (large.phash, large.crops, large.points, large.thumb) == (
        small.phash,
        small.crops,
        small.points,
        small.thumb,
    )


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
        "print(sorted({'pydantic', 'sqlite3', 'structlog', 'typer', 'watchdog'} & set(sys.modules)))"
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
