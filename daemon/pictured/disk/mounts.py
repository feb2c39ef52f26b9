"""The table of what is mounted where, as Linux tells it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

_NAMES = (
    "9p afs beegfs ceph cifs coda davfs drvfs fakeowner fuse.ceph-fuse fuse.curlftpfs fuse.davfs fuse.davfs2"
    " fuse.glusterfs fuse.google-drive-ocamlfuse fuse.grpcfuse fuse.gvfsd-fuse fuse.juicefs fuse.rclone fuse.s3fs"
    " fuse.smbnetfs fuse.sshfs fuse.vmhgfs-fuse gfs2 glusterfs lustre ncpfs nfs nfs4 ocfs2 orangefs prl_fs smb3 smbfs"
    " vboxsf virtiofs vmhgfs"
)
NETWORK = frozenset(_NAMES.split())
"""File system types (as Linux names them) of which another machine, or the host, may hold the other end."""

_MOUNTINFO = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table: the number of the mount, where it is, its file system's type, and what is mounted."""

    number: int
    point: PurePath
    kind: str
    source: str


def mounts_in(table: str) -> Iterator[Mount]:
    """Give the lines of a table as proc_pid_mountinfo(5) describes it, in their order; others are passed over."""
    for line in table.splitlines():
        mount, _, rest = line.partition(" - ")
        fields, told = mount.split(" "), rest.split(" ")
        if len(fields) >= 5 and fields[0].isdecimal() and told[0]:
            source = _unescaped(told[1]) if len(told) > 1 else ""
            yield Mount(int(fields[0]), PurePath(_unescaped(fields[4])), told[0], source)


def mounts() -> tuple[Mount, ...]:
    """Give what is mounted now, as this process sees it; nothing where the system has no such table."""
    try:
        return tuple(mounts_in(_MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")))
    except OSError:
        return ()


def _unescaped(text: str) -> str:
    for code, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        text = text.replace(code, character)
    return text
