"""Whether the changes in a folder can be made by another machine, which no event of this one will tell."""

import sys
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


def network_type(folder: Path) -> str | None:
    """Give the type of the network file system on which a folder lies; None for a local one.

    `folder` is absolute and without symlinks. Only Linux can be asked; elsewhere the answer is None.
    """
    if sys.platform != "linux":
        return None
    try:
        table = _MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    kind = type_in(table, folder)
    return kind if kind in NETWORK else None


def type_in(mountinfo: str, folder: PurePath) -> str | None:
    """Find the file system type of `folder` in a mount table as proc_pid_mountinfo(5) describes it."""
    best: tuple[int, str] | None = None
    for line in mountinfo.splitlines():
        mount, _, source = line.partition(" - ")
        fields, kind = mount.split(" "), source.partition(" ")[0]
        if len(fields) < 5 or not kind:
            continue
        point = PurePath(_unescaped(fields[4]))
        # A later mount on the same point lies over an earlier one.
        if folder.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = (len(point.parts), kind)
    return best[1] if best else None


def _unescaped(text: str) -> str:
    for code, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        text = text.replace(code, character)
    return text
