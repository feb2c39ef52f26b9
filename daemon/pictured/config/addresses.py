"""Addresses: of this machine, which no other can reach, and of a database that many machines share."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

_EXPECTED = "expected an address of this machine and a port, such as 127.0.0.1:9464 or [::1]:9464"


@dataclass(frozen=True, slots=True)
class Address:
    """A loopback address, IPv4 or IPv6, and a port from 1 to 65535."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(value: object) -> Address:
    """Read an address.

    Raises:
        ValueError: it is written in another way, or other machines could reach it.
    """
    if isinstance(value, Address):
        return value
    if not isinstance(value, str):
        raise ValueError(_EXPECTED)  # noqa: TRY004  pydantic gathers ValueErrors only
    name, _, port = value.strip().rpartition(":")
    host = "127.0.0.1" if name == "localhost" else name.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 2**16):
        raise ValueError(_EXPECTED)
    try:
        found = ip_address(host)
    except ValueError as error:
        raise ValueError(_EXPECTED) from error
    if not found.is_loopback:
        raise ValueError(
            f"{value} can be reached from other machines; name a loopback address such as 127.0.0.1:{port}, and let "
            "a proxy with a password speak to the others"
        )
    return Address(str(found), int(port))


def database(value: str) -> str:
    """Take the address of a PostgreSQL database as it is written.

    Raises:
        ValueError: it is none; the text does not tell it, because a password may be in it.
    """
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("expected the address of a database, such as postgresql://pictured@server/pictured")
    return value


LoopbackAddress = Annotated[
    Address,
    PlainValidator(address),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^.+:\d{1,5}$", "title": "address"}),
]
"""An address of this machine, written `127.0.0.1:9464`."""

DatabaseAddress = Annotated[str, AfterValidator(database)]
"""An address as libpq takes it, written `postgresql://USER@HOST/DATABASE`."""
