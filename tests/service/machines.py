"""Several state folders, names and homes as several machines, which have one share and one database."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.service.conftest import DEADLINE, Daemon, Sandbox, jpeg, made, put
from tests.service.wire import Wire

CONFIG = """\
store: {store}
machine: {name}
mounts: {{photos: '{share}'}}
folders:
{folders}
collect:
  - {{name: best, from: {sources}, into: '{into}', mode: auto}}
settle: 300ms
limits: {{retry: 1s, workers: 1}}
logging: {{level: debug}}
"""


class Machines:
    """Machines that have one share and one database."""

    def __init__(self, root: Path, address: str) -> None:
        self.root, self.address = root.resolve(), address
        self.share = self.root / "share"
        self.wires: dict[str, Wire] = {}
        """Those that are on a wire."""

    def sandbox(self, name: str) -> Sandbox:
        folder = self.root / name
        if not folder.exists():
            folder.mkdir()
            made(folder)
        return Sandbox(folder)

    def config(self, name: str, into: Path, **folders: Path) -> Path:
        """`folders` are those of the roles."""
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        listed = "\n".join(f"  - {{path: '{path}', role: {role}}}" for role, path in folders.items())
        sources = [str(folders.get("library", self.share / "library"))]
        store = self.wires[name].address(self.address) if name in self.wires else self.address
        text = CONFIG.format(store=store, name=name, share=self.share, into=into, folders=listed, sources=sources)
        file = self.sandbox(name).root / "pictured.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    @contextmanager
    def daemon(self, name: str, into: Path, **folders: Path) -> Iterator[Daemon]:
        with self.sandbox(name).daemon(self.config(name, into, **folders), prefix=self.prefix(name)) as daemon:
            yield daemon

    def prefix(self, name: str) -> tuple[str, ...]:
        """What starts a program on a machine."""
        return self.wires[name].prefix if name in self.wires else ()

    @contextmanager
    def alike(self, *names: str) -> Iterator[list[Daemon]]:
        """Run daemons that all look after the share, and collect into it."""
        folders = {"library": self.share / "library", "query": self.share / "queries"}
        with ExitStack() as running:
            yield [running.enter_context(self.daemon(name, self.share / "best", **folders)) for name in names]

    def ask(self, *numbers: int) -> None:
        """Have scenes in the shared library, and ask for each of them."""
        for number in numbers:
            put(self.share / f"library/{number}.jpg", jpeg(number, 320))
            put(self.share / f"queries/{number}.jpg", jpeg(number, 120, 40))

    def collected(self) -> list[bytes]:
        """What lies in the shared destination, apart from what is just being written."""
        best = self.share / "best"
        return [path.read_bytes() for path in sorted(best.glob("*.jpg")) if not path.name.startswith(".")]

    def wait(self, *numbers: int, seconds: float = DEADLINE) -> None:
        """Wait until these scenes are collected, and see that each of them is so once."""
        wanted = sorted(jpeg(number, 320) for number in numbers)
        deadline = time.monotonic() + seconds
        while set(self.collected()) != set(wanted):
            assert time.monotonic() < deadline, sorted(path.name for path in (self.share / "best").glob("*"))
            time.sleep(0.1)
        assert sorted(self.collected()) == wanted
