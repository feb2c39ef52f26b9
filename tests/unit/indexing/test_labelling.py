from pathlib import Path

import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, Refused
from pictured.flow import Stamp
from pictured.imaging.labels import labels_in
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.sidecars import EXIF, XMP, Additions, added_to, said_by
from pictured.indexing.labelled import Copy, Merged
from pictured.indexing.labelling import merge

LIMITS = DecodingLimits(pixels=10**6, memory=10**8)
PLACE = {(EXIF, "GPSLatitude"): "48,12.50000N", (EXIF, "GPSLongitude"): "11,30.00000E"}


def file(path: Path) -> tuple[Path, Stamp]:
    return path, stamp_of(path)


def copy(folder: Path, additions: Additions | bytes | None = None, **options: object) -> Copy:
    """A picture, with a sidecar where one is given."""
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "a.jpg", **options)
    if additions is None:
        return Copy(file(folder / "a.jpg"))
    packet = additions if isinstance(additions, bytes) else added_to(None, additions)
    (folder / "a.jpg.xmp").write_bytes(packet)
    return Copy(file(folder / "a.jpg"), (file(folder / "a.jpg.xmp"),))


def test_what_the_best_copy_lacks_comes_from_the_first_copy_that_has_it(tmp_path: Path) -> None:
    best = copy(tmp_path / "best", Additions({(XMP, "Rating"): "0"}, None, ["sea"]))
    first = copy(tmp_path / "first", Additions({(XMP, "Rating"): "3"}, None, ["Sea", "sky"]))
    second = copy(tmp_path / "second", Additions({(XMP, "Rating"): "5", **PLACE}, "A day", ["rain"]))

    made = merge(best, (first, second), LIMITS)

    assert made.content is not None
    labels = labels_in(said_by(made.content))
    assert (labels.rating, labels.title, labels.keywords) == ("3", "A day", ("sea", "sky", "rain"))
    assert labels.position == ("48,12.50000N", "11,30.00000E")
    assert made.origins == (
        f"rating 3 from {first.sidecars[0][0]}",
        f"title A day from {second.sidecars[0][0]}",
        f"position 48,12.50000N 11,30.00000E from {second.sidecars[0][0]}",
        f"keyword sky from {first.sidecars[0][0]}",
        f"keyword rain from {second.sidecars[0][0]}",
    )
    assert best.sidecars[0][0].read_bytes() == added_to(None, Additions({(XMP, "Rating"): "0"}, None, ["sea"]))


def test_what_the_best_copy_says_in_the_picture_itself_is_not_missing(tmp_path: Path) -> None:
    best = copy(tmp_path / "best", xmp=added_to(None, Additions({(XMP, "Rating"): "2"}, "Mine", ["sea"])))
    other = copy(tmp_path / "other", Additions({(XMP, "Rating"): "5"}, "Theirs", ["sea"]))
    more = copy(tmp_path / "more", Additions(keywords=["sky"]))

    assert merge(best, (other,), LIMITS) == Merged(None)
    made = merge(best, (other, more), LIMITS)

    assert made.content is not None
    # Whoever reads the sidecar only finds all keywords there.
    assert labels_in(said_by(made.content)).keywords == ("sea", "sky")


def test_copies_without_anything_fill_nothing(tmp_path: Path) -> None:
    assert merge(copy(tmp_path / "best"), (copy(tmp_path / "other"),), LIMITS) == Merged(None)


def test_a_hostile_sidecar_of_another_copy_is_told_and_passed_over(tmp_path: Path) -> None:
    best, hostile = copy(tmp_path / "best"), copy(tmp_path / "hostile", b"<!DOCTYPE x><x/>")
    sound = copy(tmp_path / "sound", Additions({(XMP, "Rating"): "4"}))

    made = merge(best, (hostile, sound), LIMITS)

    assert made.origins == (f"rating 4 from {sound.sidecars[0][0]}",)
    assert len(made.refusals) == 1
    assert made.refusals[0].startswith(f"{hostile.sidecars[0][0]} has a document type")


def test_a_hostile_sidecar_of_the_best_copy_is_an_error(tmp_path: Path) -> None:
    best = copy(tmp_path / "best", b"<!DOCTYPE x><x/>")

    with pytest.raises(Refused, match=r"a\.jpg\.xmp has a document type"):
        merge(best, (), LIMITS)


def test_a_sidecar_that_cannot_be_added_to_is_named(tmp_path: Path) -> None:
    odd = b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    best, other = copy(tmp_path / "best", odd), copy(tmp_path / "other", Additions(keywords=["sky"]))

    with pytest.raises(Refused, match=r"a\.jpg\.xmp is written in a way"):
        merge(best, (other,), LIMITS)


def test_a_best_copy_that_changed_is_an_error(tmp_path: Path) -> None:
    best = copy(tmp_path / "best")
    best.picture[0].write_bytes(b"other")

    with pytest.raises(Changed):
        merge(best, (), LIMITS)
