import numpy as np
import pytest

from pictured.marking.message import SIZES, length, packed, unpacked


@pytest.mark.parametrize("size", SIZES)
def test_a_key_comes_back(size: int) -> None:
    key = bytes(range(size // 8))
    bits = packed(key, b"s")
    assert bits.shape == (length(size),)
    assert unpacked(bits, b"s") == key


def test_a_wrong_bit_or_another_secret_is_no_key() -> None:
    bits = packed(bytes(32), b"s")
    for place in range(0, len(bits), 7):
        changed = bits.copy()
        changed[place] ^= 1
        assert unpacked(changed, b"s") is None
    assert unpacked(bits, b"t") is None


def test_a_plain_key_looks_random() -> None:
    assert 0.35 < np.mean(packed(bytes(32), b"s")) < 0.65


def test_chance_is_no_key() -> None:
    rng = np.random.default_rng(0)
    assert all(unpacked(rng.integers(0, 2, 104).astype(np.uint8), b"s") is None for _ in range(500))
