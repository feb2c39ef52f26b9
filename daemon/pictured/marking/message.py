"""What is written: the key, a check over it and the version, made to look random.

The check is the first 40 bits of HMAC-SHA-256 with a key of the secret: a reader without it can neither verify nor
forge a mark. A picture takes at most a few thousand attempts (hypotheses times list), so that a wrong
key is returned once in some 10^8 readings.
"""

import hashlib
import hmac
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pictured.marking.stream import Stream, expand

SIZES = (256, 128, 64)
CHECK_BITS = 40

Bits = NDArray[np.uint8]


def length(size: int) -> int:
    """Say how many bits are written for a key of `size` bits."""
    return size + CHECK_BITS


def packed(key: bytes, secret: bytes) -> Bits:
    """Give the bits (length(size),) of 0 and 1 that stand for a key of 32, 16 or 8 bytes."""
    written = np.unpackbits(np.frombuffer(key + _check(key, secret), np.uint8))
    return written ^ _veil(len(written), secret)


def unpacked(bits: Bits, secret: bytes) -> bytes | None:
    """Give the key that the bits stand for, or None where the check does not hold."""
    raw = np.packbits(bits ^ _veil(len(bits), secret)).tobytes()
    key, check = raw[: -CHECK_BITS // 8], raw[-CHECK_BITS // 8 :]
    return key if hmac.compare_digest(check, _check(key, secret)) else None


def _check(key: bytes, secret: bytes) -> bytes:
    return hmac.digest(_check_key(secret), bytes([len(key)]) + key, hashlib.sha256)[: CHECK_BITS // 8]


@lru_cache(maxsize=8)
def _check_key(secret: bytes) -> bytes:
    return expand(secret, "1 check")


@lru_cache(maxsize=32)
def _veil(count: int, secret: bytes) -> Bits:
    return Stream(secret, f"1 veil {count}").bits(count)
