import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictured.errors import Refused
from pictured.imaging.rendering.envelopes import MOST, is_encrypted, opened, sealed

KEY = bytes(range(32))


@settings(deadline=None)
@given(st.binary(max_size=1000), st.sampled_from([None, KEY]))
def test_what_is_sealed_is_opened(data: bytes, key: bytes | None) -> None:
    envelope = sealed(data, key)
    assert opened(envelope, key) == data
    assert is_encrypted(envelope) == (key is not None)


def test_encrypted_data_cannot_be_seen_and_never_look_alike() -> None:
    assert b"a secret" not in sealed(b"a secret", KEY)
    assert sealed(b"a secret", KEY) != sealed(b"a secret", KEY)


def test_the_wrong_key_and_none_are_told_apart() -> None:
    envelope = sealed(b"a secret", KEY)
    with pytest.raises(Refused, match="name their key file"):
        opened(envelope, None)
    with pytest.raises(Refused, match="this key does not open"):
        opened(envelope, KEY[::-1])


@pytest.mark.parametrize("key", [None, KEY])
def test_damage_is_noticed(key: bytes | None) -> None:
    envelope = bytearray(sealed(b"some data", key))
    envelope[-1] ^= 1
    with pytest.raises(Refused, match="damaged"):
        opened(bytes(envelope), key)


def test_another_version_is_told() -> None:
    for envelope in (b"", b"\1", b"\2\0data", b"\1\0"):
        with pytest.raises(Refused, match="does not know"):
            opened(envelope, None)
    with pytest.raises(Refused, match="damaged"):
        opened(b"\1\1", KEY)


def test_too_much_data_and_too_short_a_key_are_refused() -> None:
    assert len(opened(sealed(bytes(MOST), KEY), KEY)) == MOST
    with pytest.raises(Refused, match="the most are 65536"):
        sealed(bytes(MOST + 1), None)
    with pytest.raises(Refused, match="16 random bytes"):
        sealed(b"", b"short")
