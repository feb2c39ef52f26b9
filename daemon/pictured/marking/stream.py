"""The stream from which every layout of the mark comes, specified to the bit so that marks stay readable.

    root            HKDF-Extract of RFC 5869 with SHA-256: HMAC-SHA-256(salt = "pictured mark", secret)
    a stream's key  HKDF-Expand of RFC 5869 with SHA-256: 32 bytes, info = the stream's label in ASCII
    block i         HMAC-SHA-256(the stream's key, i as 8 bytes, most significant first), i = 0, 1, 2, ...
    the stream      the blocks one after the other; words are read from it most significant byte first

Nothing here depends on a library's random generator, whose output may change between versions.
"""

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SALT = b"pictured mark"


def expand(secret: bytes, label: str, size: int = 32) -> bytes:
    """Derive `size` bytes (at most 8160) from a secret for the purpose that the label names; RFC 5869, SHA-256."""
    root = hmac.digest(_SALT, secret, hashlib.sha256)
    info, block, made = label.encode("ascii"), b"", b""
    for count in range(1, -(-size // 32) + 1):
        block = hmac.digest(root, block + info + bytes([count]), hashlib.sha256)
        made += block
    return made[:size]


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of pseudo-random bytes: that of a secret and a label. Every call reads it from its beginning."""

    secret: bytes
    label: str

    def octets(self, count: int) -> bytes:
        """Give the first `count` bytes."""
        key = expand(self.secret, self.label)
        blocks = (hmac.digest(key, block.to_bytes(8, "big"), hashlib.sha256) for block in range(-(-count // 32)))
        return b"".join(blocks)[:count]

    def words(self, count: int) -> NDArray[np.uint64]:
        """Give the first `count` words of 64 bits."""
        return np.frombuffer(self.octets(8 * count), ">u8").astype(np.uint64)

    def bits(self, count: int) -> NDArray[np.uint8]:
        """Give the first `count` bits, each byte's most significant first, as 0 and 1."""
        return np.unpackbits(np.frombuffer(self.octets(-(-count // 8)), np.uint8))[:count]

    def order(self, count: int) -> NDArray[np.intp]:
        """Give a permutation of 0 to count - 1: the places of the words in ascending order, equal words by place."""
        return np.argsort(self.words(count), kind="stable")

    def phases(self, count: int) -> NDArray[np.float64]:
        """Give angles in radians, 0 to 2 pi: each word's upper 16 bits as a fraction of a full turn."""
        return (self.words(count) >> np.uint64(48)).astype(np.float64) * (2 * np.pi / 65536)
