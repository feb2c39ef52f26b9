import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pictured.store.segments import Mapped, Segments

SHAPES = {"numbers": ("<u4", (5,)), "words": ("<u8", (3, 2)), "none": ("|u1", (0, 4))}


@pytest.fixture
def segments(tmp_path: Path) -> Segments:
    return Segments(tmp_path / "search", "these words")


def written(segments: Segments, seed: int = 0) -> Mapped:
    words = np.arange(6, dtype=np.uint64).reshape(3, 2) + seed
    return segments.write(
        SHAPES,
        [
            ("numbers", np.arange(2, dtype=np.uint32)),
            ("words", words[:2]),
            ("numbers", np.arange(2, 5, dtype=np.uint32)),
            ("words", words[2:]),
        ],
    )


def names(segments: Segments) -> list[str]:
    return [each.name for each in segments.opened()]


def test_what_was_written_is_read_back_from_the_disk_and_cannot_be_changed(segments: Segments) -> None:
    file = written(segments)
    segments.agree([file.name])

    [opened] = segments.opened()

    assert opened.arrays["numbers"].tolist() == [0, 1, 2, 3, 4]
    assert opened.arrays["words"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert opened.arrays["none"].shape == (0, 4)
    assert not any(array.flags.writeable for array in opened.arrays.values())
    assert opened.intact()
    opened.release()
    assert opened.arrays["numbers"].tolist() == [0, 1, 2, 3, 4]


def test_only_its_owner_may_look_into_what_is_kept(segments: Segments, tmp_path: Path) -> None:
    segments.agree([written(segments).name])
    segments.restate(7)

    assert stat.S_IMODE((tmp_path / "search").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "search").glob("*.arrays")} == {0o600}


def test_a_file_counts_once_it_is_in_the_set_and_goes_when_it_is_not(segments: Segments, tmp_path: Path) -> None:
    first = written(segments)
    assert names(segments) == []
    segments.agree([first.name])
    second, third = written(segments, 1), written(segments, 2)
    assert names(segments) == [first.name]

    segments.agree([second.name, third.name])

    assert names(segments) == [second.name, third.name]
    assert sorted(file.name for file in (tmp_path / "search").iterdir()) == [
        f"{second.name}.arrays",
        f"{third.name}.arrays",
        "set",
    ]
    # Who had it open reads on.
    assert first.arrays["numbers"].tolist() == [0, 1, 2, 3, 4]
    assert first.name < second.name < third.name


def test_nothing_is_made_where_there_is_nothing_to_keep(segments: Segments, tmp_path: Path) -> None:
    segments.agree([])
    segments.restate(5)
    segments.forget(np.array([5], np.uint32))

    assert segments.opened() == []
    assert segments.restated().tolist() == []
    assert not (tmp_path / "search").exists()


@pytest.mark.parametrize("place", [0, 5, 9, 13, 20, 60, 4096, 4099, 8192, 8200])
def test_a_file_with_one_other_byte_is_passed_over(segments: Segments, tmp_path: Path, place: int) -> None:
    damaged, whole = written(segments), written(segments)
    segments.agree([damaged.name, whole.name])
    file = tmp_path / "search" / f"{damaged.name}.arrays"
    data = bytearray(file.read_bytes())
    data[place] ^= 0x10
    file.write_bytes(data)

    assert names(segments) == [whole.name]


@pytest.mark.parametrize("kept", [0, 10, 300, 5000, -1])
def test_a_file_that_was_cut_off_or_is_gone_is_passed_over(segments: Segments, tmp_path: Path, kept: int) -> None:
    damaged, gone, whole = written(segments), written(segments), written(segments)
    segments.agree([damaged.name, gone.name, whole.name])
    file = tmp_path / "search" / f"{damaged.name}.arrays"
    file.write_bytes(file.read_bytes()[:kept])
    (tmp_path / "search" / f"{gone.name}.arrays").unlink()

    assert names(segments) == [whole.name]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=5000))
def test_no_bytes_make_opening_fail(segments: Segments, tmp_path: Path, data: bytes) -> None:
    file = written(segments)
    segments.agree([file.name])
    path = tmp_path / "search" / f"{file.name}.arrays"
    path.write_bytes(data)
    assert names(segments) == []

    (tmp_path / "search" / "set").write_bytes(data)
    assert names(segments) == []


def test_a_file_that_was_made_with_something_else_is_passed_over(segments: Segments, tmp_path: Path) -> None:
    segments.agree([written(segments).name])

    assert names(Segments(tmp_path / "search", "other words")) == []


def test_damage_that_opening_does_not_see_is_seen_when_all_is_read(segments: Segments, tmp_path: Path) -> None:
    file = written(segments)
    segments.agree([file.name])
    path = tmp_path / "search" / f"{file.name}.arrays"
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\x07")

    assert not file.intact()


@pytest.mark.parametrize("count", [1, 4, 6])
def test_pieces_that_do_not_fill_an_array_are_refused_and_leave_nothing(
    segments: Segments, tmp_path: Path, count: int
) -> None:
    with pytest.raises(ValueError, match="numbers"):
        segments.write({"numbers": ("<u4", (5,))}, [("numbers", np.arange(count, dtype=np.uint32))])

    assert list((tmp_path / "search").iterdir()) == []


def test_what_was_restated_is_known_until_it_is_forgotten(segments: Segments, tmp_path: Path) -> None:
    segments.agree([written(segments).name])
    for number in (7, 300_000, 7, 9):
        segments.restate(number)
    assert segments.restated().tolist() == [7, 9, 300_000]

    segments.forget(np.array([7, 8], np.uint32))
    assert segments.restated().tolist() == [9, 300_000]

    # A note that a crash cut off.
    with (tmp_path / "search" / "restated").open("ab") as file:
        file.write(b"\x01\x02")
    assert segments.restated().tolist() == [9, 300_000]
