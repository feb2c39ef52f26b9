import sys
from pathlib import Path, PurePosixPath

import pytest

from pictured.disk.mounts import NETWORK, mounts_in
from pictured.watching.mounts import network_type, type_among

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - btrfs /dev/sdb rw,subvol=/home
31 30 0:41 / /home/ann/NAS\\040box rw,relatime shared:5 master:2 - cifs //nas/photos rw,vers=3.0
32 22 0:42 / /mnt rw - ext4 /dev/sdc rw
33 32 0:43 / /mnt rw - nfs4 server:/export rw
34 22 0:44 / /mnt/local rw - fuseblk /dev/sdd rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/photos", "ext4"),
        ("/home/ann", "btrfs"),
        ("/home/ann/NAS box/2019", "cifs"),
        ("/home/ann/NAS boxes", "btrfs"),
        ("/mnt/photos", "nfs4"),
        ("/mnt/local/photos", "fuseblk"),
        ("/homeless", "ext4"),
    ],
)
def test_the_nearest_and_latest_mount_counts(folder: str, kind: str) -> None:
    assert type_among(mounts_in(TABLE), PurePosixPath(folder)) == kind


def test_an_empty_table_tells_nothing() -> None:
    assert type_among((), PurePosixPath("/")) is None


def test_a_usual_disk_is_no_network() -> None:
    assert {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"} <= NETWORK
    assert not {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "exfat", "vfat", "fuseblk"} & NETWORK


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this table")
def test_this_machine_can_be_asked() -> None:
    assert network_type(Path("/proc")) is None
