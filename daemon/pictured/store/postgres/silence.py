"""A connection that tells a server that says nothing any more from one that takes long.

A process that was stopped, and a network that drops what is sent, leave a connection as it was: whoever waits for an
answer would wait for minutes, or for ever. A statement may take long, too. So after some seconds without a word the
server is asked for another connection, and only where it does not even give that, the first one is given up.
"""

import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo

_T = TypeVar("_T")

_PATIENCE_SECONDS = 4.0
_ASKED_SECONDS = 4


class Attended(psycopg.Connection[Any]):
    """A connection that is closed, with an OperationalError, when its server has been silent for about 8 s."""

    address = ""
    """What it was made with; it may hold a password, so it is never shown."""

    brief = False
    """Whether no statement takes long: then 4 s of silence are enough, and nothing is asked."""

    silent = False
    """Whether it was closed because the server said nothing any more."""

    def wait(self, gen: PQGen[_T], *args: Any, **kwargs: Any) -> _T:  # noqa: ANN401  as psycopg has it
        """Wait for what is under way. psycopg goes through here whenever it waits for the server."""
        return super().wait(self._attended(gen), *args, **kwargs)

    def _attended(self, gen: PQGen[_T]) -> PQGen[_T]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                # psycopg says several times a second that nothing came.
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > _PATIENCE_SECONDS:
                    if self.brief or self._refuses_to_speak():
                        self.silent = True
                        self.close()
                        raise psycopg.OperationalError("the server says nothing any more")
                    heard = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as end:
            result: _T = end.value
            return result

    def _refuses_to_speak(self) -> bool:
        """Whether the server lets whoever connects wait in vain. One that refuses does answer."""
        # Of several servers the very same one, without asking for its address again.
        told: dict[str, Any] = {"host": self.info.host, "hostaddr": self.info.hostaddr, "port": self.info.port}
        known = {name: value for name, value in told.items() if value}
        try:
            psycopg.connect(make_conninfo(self.address, connect_timeout=_ASKED_SECONDS, **known)).close()
        except psycopg.errors.ConnectionTimeout:
            return True
        except psycopg.OperationalError:
            return False
        return False
