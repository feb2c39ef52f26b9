"""What systemd is told of the daemon: sd_notify(3), which is one datagram to a socket.

Everywhere else than under systemd nothing is told.
"""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who started the daemon and waits for word of it.

    address    of its socket, as bytes; one in the abstract namespace begins with NUL; None where nobody waits
    patience   seconds without `well` after which it ends the daemon and starts it anew; None where it never does
    """

    address: bytes | None = None
    patience: float | None = None

    @property
    def waiting(self) -> bool:
        """Whether anybody waits for word."""
        return self.address is not None

    def started(self) -> None:
        """Say that the daemon does its work from now on."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """Say that the daemon ends, and may need some time for it."""
        self._tell("STOPPING=1")

    def well(self) -> None:
        """Say that the daemon is well; to be said only after that was looked at."""
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in one line what the daemon does; `systemctl status` shows it."""
        self._tell("STATUS=" + " ".join(text.split()))

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Say that the configuration is being read again, and when that is over, however it ended."""
        # systemd 253 and later (Type=notify-reload) takes the message only with the time in it.
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            yield
        finally:
            self.started()

    def _tell(self, message: str) -> None:
        if self.address is None:
            return
        # Word that does not arrive must not end the daemon; systemd itself notices that it is missing.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.setblocking(False)
            door.sendto(message.encode(errors="replace"), self.address)


def supervisor_in(environ: Mapping[str, str], pid: int) -> Supervisor:
    """Find who started the process `pid` in its environment."""
    name = environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("/", "@")):
        return Supervisor()
    address = os.fsencode("\0" + name[1:] if name.startswith("@") else name)
    limit = environ.get("WATCHDOG_USEC", "")
    # Without a process id it is meant for whoever reads it.
    meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
    patience = int(limit) / 1e6 if limit.isdecimal() and int(limit) > 0 and meant else None
    return Supervisor(address, patience)
