from pathlib import Path

from PIL import Image

from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_of
from pictured.errors import Changed, Refused, Unreadable, Vanished
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.in_bulk import Wanted, read_all
from pictured.looks import Depth

LIMITS = DecodingLimits(10_000_000, 2**29)


def wanted(path: Path, key: bytes | None = None, known: tuple[bytes, ...] = ()) -> Wanted:
    stamp = stamp_of(path)
    return Wanted(key or bytes(path), stamp.size, stamp.mtime_ns, known)


def test_each_file_is_read_as_alone_and_one_that_fails_costs_no_other(tmp_path: Path) -> None:
    good, odd, gone = tmp_path / "a.png", tmp_path / "b.png", tmp_path / "c.png"
    Image.linear_gradient("L").save(good)
    odd.write_bytes(b"no picture")
    gone.write_bytes(b"")
    asked = [wanted(good), wanted(odd), wanted(gone), wanted(good)]
    gone.unlink()
    first, second, third, last = read_all(asked, Naming(), LIMITS, Depth.NORMAL, marr=False)
    assert first == last == fingerprint(good, stamp_of(good), LIMITS)
    assert isinstance(second, Refused)
    assert isinstance(third, Vanished)


def test_a_share_is_found_where_this_machine_has_it(tmp_path: Path) -> None:
    file = tmp_path / "here" / "a.png"
    file.parent.mkdir()
    Image.linear_gradient("L").save(file)
    naming = Naming("", (("photos", file.parent),))
    asked = [wanted(file, b"//photos/a.png"), wanted(file, b"//scans/a.png")]
    found, missing = read_all(asked, naming, LIMITS, Depth.QUICK, marr=False)
    assert found == fingerprint(file, stamp_of(file), LIMITS, Depth.QUICK)
    assert isinstance(missing, Unreadable)
    assert "PICTURED_MOUNTS" in str(missing)


def test_another_file_of_that_name_is_not_taken_for_it(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.linear_gradient("L").save(file)
    asked = wanted(file)
    Image.linear_gradient("L").resize((20, 20)).save(file)
    (found,) = read_all([asked], Naming(), LIMITS, Depth.QUICK, marr=False)
    assert isinstance(found, Changed)


def test_a_known_content_is_not_decoded(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.linear_gradient("L").save(file)
    digest = fingerprint(file, stamp_of(file), LIMITS).digest
    assert read_all([wanted(file, None, (digest,))], Naming(), LIMITS, Depth.QUICK, marr=False) == [digest]
