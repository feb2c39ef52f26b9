"""A machine of its own in a network namespace, on a wire to this one that can be cut."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.conftest import Server

_NOBODY = "02:00:00:00:00:99"


class NoWireError(Exception):
    """This machine cannot have network namespaces; the text says why."""


@dataclass(frozen=True)
class Wire:
    """`near` is the address of this end, `far` that of the machine at the other end, whose namespace is `name`."""

    name: str
    device: str
    near: str
    far: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What starts a program at the other end."""
        return ("ip", "netns", "exec", self.name)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Lose whatever either end sends, without a word to anybody: it goes to a card that nobody has."""
        ends = (("-n", self.name, "neigh"), self.near, "eth0"), (("neigh",), self.far, self.device)
        for words, address, device in ends:
            _ip(*words, "replace", address, "lladdr", _NOBODY, "dev", device, "nud", "permanent")
        try:
            yield
        finally:
            for words, address, device in ends:
                _ip(*words, "del", address, "dev", device)

    def address(self, local: str) -> str:
        """Give the address from the other end of a database whose address here is given."""
        name = local.partition("@/")[2].partition("?")[0]
        return f"postgresql://pictured@{self.near}/{name}"


def served(server: Server, wires: Sequence[Wire]) -> Server:
    """Start a server anew so that it can be reached from the other ends of wires, too."""
    with (server.folder / "data/pg_hba.conf").open("a") as rules:
        rules.writelines(f"host all all {each.far}/32 trust\n" for each in wires)
    server.stop()
    listening = replace(server, listening=",".join(each.near for each in wires))
    listening.start()
    return listening


@contextmanager
def wire(which: int = 0) -> Iterator[Wire]:
    """Make a machine on a wire; `which`, up to 3, tells those of one process apart. Raises NoWireError."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise NoWireError("needs root and the program ip (Debian's package iproute2) for network namespaces")
    number = (4 * os.getpid() + which) % 16384
    net = f"10.213.{number // 64}.{number % 64 * 4}".rsplit(".", 1)
    made = Wire(f"pictured{number}", f"pictured{number}", *(f"{net[0]}.{int(net[1]) + end}" for end in (1, 2)))
    try:
        _ip("netns", "add", made.name)
        _ip("link", "add", made.device, "type", "veth", "peer", "name", "eth0", "netns", made.name)
        for words, address, device in (((), made.near, made.device), (("-n", made.name), made.far, "eth0")):
            _ip(*words, "addr", "add", f"{address}/30", "dev", device)
            _ip(*words, "link", "set", device, "up")
        _ip("-n", made.name, "link", "set", "lo", "up")
    except NoWireError:
        _removed(made)
        raise
    try:
        yield made
    finally:
        _removed(made)


def _removed(made: Wire) -> None:
    if Path("/var/run/netns", made.name).exists():
        # The wire goes with either end.
        _ip("netns", "del", made.name)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoWireError(f"this machine cannot have network namespaces ({done.stderr.strip()})")
