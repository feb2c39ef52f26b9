import pytest

from pictured.marking.keys import fault_of, key_of, secret_of

KEY = bytes(range(200, 232))


@pytest.mark.parametrize(
    "content", [KEY, KEY.hex().encode(), KEY.hex().upper().encode() + b"\r\n", b" " + KEY.hex().encode()]
)
def test_keys_are_bytes_or_hex_digits(content: bytes) -> None:
    assert key_of(content) == KEY


def test_sixteen_bytes_that_look_like_hex_digits_are_bytes() -> None:
    assert key_of(b"0123456789abcdef") == b"0123456789abcdef"


def test_a_line_end_is_no_part_of_a_secret() -> None:
    assert secret_of(b"open\n") == secret_of(b"open\r\n") == b"open"


def test_what_is_wrong_with_a_key_is_told() -> None:
    assert fault_of(KEY) is None
    assert "has 24 bits" in (fault_of(b"abc") or "")
    assert "must have 64 bits (16 hex digits)" in (fault_of(KEY, (64,)) or "")
