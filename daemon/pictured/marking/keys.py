"""Keys and secrets as people keep them in files."""

from pictured.marking.message import SIZES


def key_of(content: bytes) -> bytes:
    """Give the key that a file holds: hex digits, or else the bytes themselves."""
    if 8 * len(content) in SIZES:
        return content
    try:
        return bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        return content


def secret_of(content: bytes) -> bytes:
    """Give the secret that a file holds: its bytes without the line end that editors put behind them."""
    return content.rstrip(b"\r\n")


def fault_of(key: bytes, sizes: tuple[int, ...] = SIZES) -> str | None:
    """Say what is wrong with a key of these bytes; None where it can be hidden."""
    if 8 * len(key) in sizes:
        return None
    allowed = " or ".join(f"{size} bits ({size // 4} hex digits)" for size in sizes)
    return f"has {8 * len(key)} bits; it must have {allowed}"
