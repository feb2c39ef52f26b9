"""A throw-away machine with a real systemd: systemd-nspawn over a copy-on-write view of this one's files."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pictured

_BOOT_SECONDS = 30.0
_TARGET = """\
[Unit]
Description=What the tests need
Requires=basic.target dbus.socket
After=basic.target dbus.socket
AllowIsolate=yes
"""
_PROGRAM = Path("/opt/pictured")


class NoBoxError(Exception):
    """This machine cannot hold the box; the text says why."""


@dataclass(frozen=True)
class Box:
    """The running machine. `root` is its root folder as seen from outside, `leader` its first process."""

    root: Path
    leader: int

    def run(self, *words: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a command inside."""
        argv = ["nsenter", "-t", str(self.leader), "-a", "--", *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=timeout)

    def told(self, *words: str) -> str:
        """Run a command inside that has to succeed, and give what it prints."""
        done = self.run(*words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout.strip()

    def inside(self, path: str) -> Path:
        """Give the path from outside of a path inside."""
        return self.root / path.lstrip("/")


def program() -> tuple[tuple[str, ...], dict[str, str]]:
    """Give the command that starts pictured in the box, and the environment that it needs there.

    The interpreter and the packages of these tests lie in folders that no other account may enter, or that a hardened
    unit does not see; the box has them under another name.
    """
    base = Path(os.path.realpath(sys.executable)).relative_to(os.path.realpath(sys.base_prefix))
    paths = [str(_PROGRAM / name) for name in _packages()]
    library = sysconfig.get_config_var("LIBDIR") or "lib"
    inner = os.path.relpath(library, sys.base_prefix) if str(library).startswith(sys.base_prefix) else "lib"
    environ = {"PYTHONPATH": ":".join(paths), "LD_LIBRARY_PATH": str(_PROGRAM / "base" / inner)}
    return (str(_PROGRAM / "base" / base), "-P", "-m", "pictured"), environ


def _packages() -> dict[str, str]:
    folders = [Path(pictured.__file__).parents[1], *(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib"))]
    return {f"packages{number}": str(folder) for number, folder in enumerate(dict.fromkeys(folders))}


@contextmanager
def box(folder: Path) -> Iterator[Box]:
    """Boot a machine in an empty folder, and end it. Raises NoBoxError where that cannot be."""
    if os.geteuid() != 0:
        raise NoBoxError("needs root")
    for tool in ("systemd-nspawn", "nsenter", "mount"):
        if shutil.which(tool) is None:
            raise NoBoxError(f"needs {tool} (packages systemd-container, dbus)")
    layers, root, log = folder / "layers", folder / "root", folder / "log"
    layers.mkdir()
    root.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=1g", "box", layers)
        for name in ("upper", "work"):
            (layers / name).mkdir()
        _mount("-t", "overlay", "box", "-o", f"lowerdir=/,upperdir={layers}/upper,workdir={layers}/work", root)
        (root / "etc/systemd/system/box.target").write_text(_TARGET)
        with log.open("wb") as output:
            process = subprocess.Popen(_nspawn(root), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield _booted(process, root, log)
        finally:
            _end(process)
    finally:
        for mounted in (root, layers):
            subprocess.run(["umount", "-l", str(mounted)], check=False, capture_output=True)


def _nspawn(root: Path) -> Sequence[str]:
    bound = {"base": sys.base_prefix, **_packages()}
    return [
        "systemd-nspawn",
        *("--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "--boot"),
        *(f"--directory={root}", "--machine=box"),
        *(f"--bind-ro={source}:{_PROGRAM / name}" for name, source in bound.items()),
        *("--", "systemd.unit=box.target"),
    ]


def _mount(*words: str | Path) -> None:
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoBoxError(f"cannot mount: {done.stderr.strip()}")


def _booted(process: subprocess.Popen[bytes], root: Path, log: Path) -> Box:
    # Its first child only makes the namespaces; the one after it is the box's first process.
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + _BOOT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            if found := children.read_text().split():
                booting = Box(root, int(found[0]))
                if booting.run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}:
                    return booting
    raise NoBoxError(f"the box does not boot: {log.read_text()[-500:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    # The signal that systemd takes for `poweroff`; nspawn passes it on.
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
