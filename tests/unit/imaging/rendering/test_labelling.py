from dataclasses import replace
from pathlib import Path

import pytest
import pyvips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pictured.errors import FileError, Refused
from pictured.imaging.rendering.labelling import (
    inscribe,
    labelled,
    payload_of,
    read_metadata,
    relabelled,
    unheld,
    uprighted,
)
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import packet_of
from pictured.imaging.rendering.writing import EXTENSIONS, Coding, write
from pictured.imaging.traits import Traits

KINDS = ("jpeg", "png", "webp", "avif", "tiff")
GPS, DETAILS = 0x8825, 0x8769


def traits(kind: str) -> Traits:
    return Traits(kind.upper(), 48, 64, 1, 1, 8, "rgb", False, False, None, None, 0, {})


def read(path: Path, kind: str) -> Metadata:
    return read_metadata(path, traits(kind))


def pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        # TIFF is turned by Pillow while it loads.
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_metadata_survives_as_far_as_the_format_holds_it(
    kind: str, every: Metadata, written: dict[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / "labelled"
    sent = uprighted(every, 48, 64)
    relabelled(written[kind], sent, kind, target)
    found = read(target, kind)
    assert (found.icc, found.payload) == (sent.icc, sent.payload)
    if kind in ("jpeg", "tiff"):
        assert found.iptc == sent.iptc
    if kind != "tiff":
        assert found.exif == sent.exif
    packet = packet_of(found.xmp or b"")
    assert packet is not None
    assert packet.text("http://example.org/me/", "kept") == "something of mine"
    if kind not in ("jpeg", "tiff"):
        assert packet.text("http://purl.org/dc/elements/1.1/", "rights") == "(c) Ann"
    with Image.open(target) as image:
        exif = image.getexif()
        assert (exif[0x010F], exif[0x013B], exif.get_ifd(GPS)[2]) == ("Maker", "Ann", (48.0, 30.0, 0.0))
        assert exif.get_ifd(DETAILS)[0x927C].startswith(b"\x01\x02 the notes")
        assert exif.get_ifd(DETAILS)[0xFE00] == 7
        assert image.info.get("icc_profile") == sent.icc
    assert pixels(target) == pixels(written[kind])
    assert pyvips.Image.new_from_file(str(target)).avg() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_removed_is_not_left_behind(
    kind: str, every: Metadata, written: dict[str, Path], tmp_path: Path
) -> None:
    full, bare = tmp_path / "full", tmp_path / "bare"
    relabelled(written[kind], every, kind, full)
    before = full.read_bytes()
    assert b"Maker" in before
    assert b"notes of a maker" in before
    relabelled(full, Metadata(icc=every.icc, extras=False), kind, bare)
    after = bare.read_bytes()
    assert read(bare, kind) == Metadata(icc=every.icc)
    assert all(word not in after for word in (b"Maker", b"notes of a maker", b"2019", b"thumbnail", b"something of"))
    assert pixels(bare) == pixels(full)


@pytest.mark.parametrize("kind", KINDS)
def test_relabelling_with_what_is_there_changes_nothing(
    kind: str, every: Metadata, written: dict[str, Path], tmp_path: Path
) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    relabelled(written[kind], every, kind, once)
    found = read(once, kind)
    relabelled(once, found, kind, twice)
    assert read(twice, kind) == found


@pytest.mark.parametrize("kind", KINDS)
def test_an_encoder_writes_pixels_and_the_rest_is_inscribed(kind: str, every: Metadata, tmp_path: Path) -> None:
    image = pyvips.Image.black(48, 64, bands=3).copy(interpretation="srgb")
    image.set_type(pyvips.GValue.blob_type, "exif-data", b"Exif\0\0 of the source")
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "48/1 30/1 0/1 (48, 30,  0, Rational)")
    file = tmp_path / f"made.{kind}"
    labelled(image, every).write_to_file(f"{file}")
    told = inscribe(file, every, kind)
    assert told == (() if kind in ("jpeg", "tiff") else ("iptc",))
    assert read(file, kind).payload == every.payload
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [file.name]


def test_comments_stay_with_the_extras(written: dict[str, Path]) -> None:
    image = pyvips.Image.new_from_file(str(written["png"]))
    image = image.copy()
    image.set_type(pyvips.GValue.gstr_type, "png-comment-0-Comment", "a word")
    assert "png-comment-0-Comment" in labelled(image, Metadata()).get_fields()
    assert "png-comment-0-Comment" not in labelled(image, Metadata(extras=False)).get_fields()


def test_a_gif_tells_what_it_cannot_hold(every: Metadata, tmp_path: Path) -> None:
    file = tmp_path / "made.gif"
    pyvips.Image.black(8, 8).write_to_file(str(file))
    with pytest.raises(Refused, match="cannot take embedded data"):
        inscribe(file, every, "gif")
    assert inscribe(file, replace(every, payload=None), "gif") == ("exif", "icc", "xmp", "iptc")
    with pytest.raises(Refused, match="is a GIF"):
        relabelled(file, every, "gif", tmp_path / "other.gif")
    assert unheld(Metadata(), "gif") == ()


def test_other_formats_are_read_as_pyvips_tells(tmp_path: Path) -> None:
    image = pyvips.Image.black(8, 8)
    image.set_type(pyvips.GValue.blob_type, "xmp-data", b"<x/>")
    assert read_metadata(tmp_path / "none", traits("jpeg2000"), image) == Metadata(xmp=b"<x/>")
    assert read_metadata(tmp_path / "none", traits("jpeg2000")) == Metadata()


def test_a_payload_is_read_without_knowing_the_format(
    every: Metadata, written: dict[str, Path], tmp_path: Path
) -> None:
    for kind, file in written.items():
        relabelled(file, every, kind, tmp_path / "out")
        with (tmp_path / "out").open("rb") as opened:
            assert payload_of(opened) == every.payload
    (tmp_path / "out").write_bytes(b"a text, long enough")
    with (tmp_path / "out").open("rb") as opened, pytest.raises(Refused, match="is no JPEG"):
        payload_of(opened)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_damaged_files_raise_nothing_but_file_errors(
    kind: str, data: st.DataObject, every: Metadata, written: dict[str, Path], tmp_path: Path
) -> None:
    full, broken, target = tmp_path / "full", tmp_path / "broken", tmp_path / "target"
    relabelled(written[kind], every, kind, full)
    damaged = bytearray(full.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    broken.write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    found = read(broken, kind)
    try:
        relabelled(broken, replace(found, extras=False), kind, target)
        with broken.open("rb") as file:
            payload_of(file)
    except FileError:
        pass


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_profile_with_a_small_fault_is_passed_on_as_it_is(every: Metadata, tmp_path: Path, kind: str) -> None:
    assert every.icc is not None
    # Two bytes more than it says of itself, as some cameras' profiles have: libpng does not write that.
    faulty = Metadata(icc=every.icc + b"\0\0")
    image = pyvips.Image.black(64, 48, bands=3).copy(interpretation="srgb")
    file = tmp_path / f"a{EXTENSIONS[kind]}"

    write(labelled(image, faulty), Coding(kind, 90 if kind == "jpeg" else None), file)
    inscribe(file, faulty, kind)

    assert read(file, kind).icc == faulty.icc
    assert pyvips.Image.new_from_file(str(file)).width == 64
