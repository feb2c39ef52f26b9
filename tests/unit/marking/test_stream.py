import hashlib
import hmac

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.marking.stream import Stream, expand


def test_the_expansion_is_that_of_rfc_5869() -> None:
    root = hmac.digest(b"pictured mark", b"secret", hashlib.sha256)
    first = hmac.digest(root, b"label\x01", hashlib.sha256)
    second = hmac.digest(root, first + b"label\x02", hashlib.sha256)
    assert expand(b"secret", "label", 40) == (first + second)[:40]


def test_blocks_are_counted_from_zero() -> None:
    key = expand(b"secret", "label")
    blocks = [hmac.digest(key, bytes(7) + bytes([number]), hashlib.sha256) for number in range(3)]
    assert Stream(b"secret", "label").octets(70) == b"".join(blocks)[:70]


def test_the_stream_is_the_one_that_marks_were_made_with() -> None:
    assert Stream(b"secret", "label").octets(16).hex() == "7db1e516084f7f9027ea8f637c24814a"
    assert Stream(b"secret", "label").order(8).tolist() == [6, 1, 0, 3, 2, 5, 4, 7]


def test_words_bits_and_phases_are_read_most_significant_first() -> None:
    stream = Stream(b"s", "x")
    first = int.from_bytes(stream.octets(8), "big")
    assert int(stream.words(2)[0]) == first
    assert stream.bits(11).tolist() == [int(bit) for bit in f"{first:064b}"[:11]]
    assert stream.phases(1)[0] == pytest.approx((first >> 48) / 65536 * 2 * np.pi)


@given(st.binary(max_size=40), st.integers(1, 300))
def test_an_order_is_a_permutation(secret: bytes, count: int) -> None:
    assert sorted(Stream(secret, "order").order(count).tolist()) == list(range(count))


def test_other_secrets_and_labels_give_other_streams() -> None:
    streams = {Stream(secret, label).octets(32) for secret in (b"a", b"b") for label in ("c", "d")}
    assert len(streams) == 4
