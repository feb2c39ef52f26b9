"""A way to a server that can be cut without either side being told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Relay:
    """Passes on what is sent between whoever connects to `port` of this machine and the socket file of a server.

    While it is cut, connections are taken, as a system does for a program that stands still, and nothing is passed on:
    neither what is sent nor that somebody has gone.
    """

    def __init__(self, to: Path) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open = threading.Event()
        self._open.set()
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"postgresql://pictured@127.0.0.1:{self._listening.getsockname()[1]}"

    @contextmanager
    def cut(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def close(self) -> None:
        self._open.set()
        for each in (self._listening, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                there, _ = self._listening.accept()
                here = socket.socket(socket.AF_UNIX)
                self._sockets += [here, there]
                here.connect(str(self._to))
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                self._open.wait()
                other.sendall(said)
            self._open.wait()
            other.shutdown(socket.SHUT_WR)
