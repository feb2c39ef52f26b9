"""Who may ask the page of proposals: pure, so that every door is tested without a server.

A page on another site can have the browser send requests to this machine. It cannot read this page's token, cannot
send its cookie (`SameSite=Strict`), and is told by its Origin and Sec-Fetch-Site (Fetch Metadata, W3C); a name that
was made to point here (DNS rebinding) is told by its Host.
"""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from pictured.errors import UsageError

_OURS = {"same-origin", "none"}


@dataclass(frozen=True, slots=True)
class Guard:
    """What requests are held against.

    hosts     the Host headers under which the page is reached
    cookie    name of the cookie
    session   its value
    """

    hosts: frozenset[str]
    cookie: str
    session: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says. Names of headers are lower-case; a header that comes twice is its values with a comma."""

    method: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]


def guard_of(address: str, port: int, session: str) -> Guard:
    """The guard of a page at an address.

    Raises:
        UsageError: it is no address, or one that stands for all of this machine's.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        raise UsageError(f"--address {address} is no IP address; give one of this machine's, or leave it out") from None
    if found.is_unspecified or found.is_multicast:
        raise UsageError(f"--address {address} is no address that a browser can open; give one of this machine's")
    names = {f"[{found}]" if found.version == 6 else str(found)} | ({"localhost"} if found.is_loopback else set())
    hosts = {f"{name}:{port}" for name in names} | (names if port == 80 else set())
    return Guard(frozenset(hosts), f"pictured-review-{port}", session)


def foreign(asked: Asked, guard: Guard) -> str | None:
    """Why a request comes from elsewhere; None where nothing speaks for that."""
    headers = asked.headers
    host = headers.get("host", "")
    if host not in guard.hosts:
        return "the page is not served under this name"
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "another page asked for this"
    if origin is None and asked.method not in ("GET", "HEAD"):
        return "it is not told which page asked for this"
    if headers.get("sec-fetch-site", "none") not in _OURS:
        return "another site asked for this"
    return None


def is_known(asked: Asked, guard: Guard) -> bool:
    """Tell whether a request has the cookie."""
    return same(asked.cookies.get(guard.cookie, ""), guard.session)


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))
