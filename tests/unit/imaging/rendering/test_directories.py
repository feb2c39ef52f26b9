import struct

from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.rendering.directories import (
    ASCII,
    LONG,
    SHORT,
    edited,
    laid,
    reordered,
    structure_in,
)

HEAD = {"<": b"II*\0\x08\0\0\0", ">": b"MM\0*\0\0\0\x08"}


def text(number: int) -> bytes:
    return f"text number {number}".encode() + b"\0"


def made(order: str = "<") -> bytes:
    values = {0x010F: (ASCII, text(1)), 0x0110: (ASCII, text(2)), 0x0112: (SHORT, struct.pack(f"{order}H", 6))}
    return HEAD[order] + laid(order, values, 8)


def value(data: bytes, tag: int) -> bytes | None:
    structure = structure_in(data)
    assert structure is not None
    directory = structure.directory(structure.first)
    entry = directory.find(tag) if directory else None
    return structure.value(entry) if entry else None


def test_what_is_laid_is_read_in_both_orders() -> None:
    for order in "<>":
        assert value(made(order), 0x010F) == text(1)
        assert value(made(order), 0x0112) == struct.pack(f"{order}H", 6)


def test_a_removed_value_is_blanked_and_the_others_keep_their_place() -> None:
    before = made()
    after = edited(before, 8, {0x010F: None})
    assert b"number 1" not in after
    assert after.index(b"number 2") == before.index(b"number 2")
    assert (value(after, 0x010F), value(after, 0x0110)) == (None, text(2))


def test_what_was_the_end_is_cut_off() -> None:
    assert len(edited(made(), 8, {0x0110: None})) == len(made()) - len(text(2)) - len(text(2)) % 2


def test_a_directory_that_grows_is_moved_and_nothing_else() -> None:
    before = made(">")
    after = edited(before, 8, {0x8298: (ASCII, text(3)), 0x0112: (SHORT, b"\0\1")})
    assert (value(after, 0x8298), value(after, 0x0112), value(after, 0x0110)) == (text(3), b"\0\1", text(2))
    assert after.index(text(2)) == before.index(text(2))
    assert not any(after[8 : 8 + 6 + 36])


def test_bytes_without_a_structure_stay() -> None:
    for data in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II+\0\x08\0\0\0\0\0", b"nonsense" * 4):
        assert structure_in(data) is None
        assert edited(data, 8, {1: None}) == data


@given(st.sampled_from("<>"), st.binary(max_size=400), st.integers(0, 500), st.sampled_from([0x010F, 0x8769, 0x0111]))
def test_no_bytes_make_an_edit_fail(order: str, data: bytes, at: int, tag: int) -> None:
    whole = HEAD[order] + data
    assert isinstance(edited(whole, at, {tag: None}), bytes)
    after = edited(whole, 8, {tag: (LONG, b"1234"), 0x8298: (ASCII, b"long enough\0")}, following=0)
    if structure_in(whole):
        assert value(after, 0x8298) == b"long enough\0"


@given(st.sampled_from([3, 4, 5, 12]), st.binary(max_size=64))
def test_turning_the_order_twice_changes_nothing(kind: int, data: bytes) -> None:
    assert reordered(kind, reordered(kind, data, "<", ">"), ">", "<") == data or len(data) % 8
    assert reordered(kind, data, "<", "<") == data
    assert reordered(7, data, "<", ">") == data
