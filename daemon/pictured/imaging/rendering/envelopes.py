r"""Data of the action `embed` as they lie in a file.

Version 1, all numbers big-endian:

    1 byte     version, 1
    1 byte     0: plain; 1: encrypted
    plain      4 bytes CRC-32 of the data, then the data
    encrypted  16 bytes salt, 12 bytes nonce, then the data encrypted by AES-256-GCM (NIST SP 800-38D) with their
               16-byte tag; the 30 bytes before are authenticated too

The key is HKDF (RFC 5869) with SHA-256 of the key file's bytes, with the salt and the info "pictured embed 1", 32 bytes
long. HKDF does not slow down guessing: a key file should be random (`head -c 32 /dev/urandom > key`).

Where they lie: in a JPEG's APP15 segments that begin with "pictured\0", the number of the segment and how many there
are (a byte each); in a PNG's chunk `piCt`; in other formats as base64 in the XMP property `payload` of the namespace
"urn:pictured:1.0:".
"""

import os
import struct
import zlib
from typing import Final

from pictured.errors import Refused

MOST: Final = 65536
"""Bytes of data that may be embedded."""

SHORTEST_KEY: Final = 16
"""Bytes that a key file must have."""

_VERSION, _PLAIN, _ENCRYPTED = 1, 0, 1
_SALT, _NONCE = 16, 12
_INFO = b"pictured embed 1"


def sealed(data: bytes, key: bytes | None) -> bytes:
    """Put data into an envelope, encrypted where a key is given. The texts of Refused are predicates."""
    if len(data) > MOST:
        raise Refused(f"cannot take {len(data)} bytes of embedded data; the most are {MOST}.")
    if key is None:
        return bytes((_VERSION, _PLAIN)) + struct.pack(">I", zlib.crc32(data)) + data
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  only where data are encrypted

    head = bytes((_VERSION, _ENCRYPTED)) + os.urandom(_SALT + _NONCE)
    return head + AESGCM(_derived(key, head[2 : 2 + _SALT])).encrypt(head[2 + _SALT :], data, head)


def is_encrypted(envelope: bytes) -> bool:
    """Whether a key is needed."""
    return envelope[:2] == bytes((_VERSION, _ENCRYPTED))


def opened(envelope: bytes, key: bytes | None) -> bytes:
    """Take data out of an envelope. Raises Refused where the key is missing or wrong, or the data are damaged."""
    match tuple(envelope[:2]):
        case (1, 0) if len(envelope) >= 6:
            data = envelope[6:]
            if zlib.crc32(data) != int.from_bytes(envelope[2:6], "big"):
                raise Refused("has embedded data that are damaged.")
            return data
        case (1, 1):
            if key is None:
                raise Refused("has embedded data that are encrypted; name their key file with --key-file.")
            return _decrypted(envelope, key)
        case _:
            raise Refused("has embedded data of a kind that this version of pictured does not know; update pictured.")


def _decrypted(envelope: bytes, key: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  only where data are encrypted
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    end = 2 + _SALT + _NONCE
    head, body = envelope[:end], envelope[end:]
    try:
        return AESGCM(_derived(key, head[2 : 2 + _SALT])).decrypt(head[2 + _SALT :], body, head)
    except (InvalidTag, ValueError) as error:
        raise Refused("has embedded data that this key does not open, or that are damaged.") from error


def _derived(key: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  only where data are encrypted
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    if len(key) < SHORTEST_KEY:
        raise Refused(
            f"cannot be used with a key of {len(key)} bytes; a key file has {SHORTEST_KEY} random bytes or more."
        )
    return HKDF(SHA256(), 32, salt, _INFO).derive(key)
