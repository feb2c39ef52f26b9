import os
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from pictured.disk.mounts import Mount, mounts, mounts_in

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 30 0:41 / /home/ann/NAS\\040box rw,relatime shared:5 master:2 - cifs //nas/my\\040photos rw,vers=3.0
32 22 0:42 / /mnt rw - tmpfs
broken line
x 22 0:42 / /mnt rw - ext4 /dev/sdc rw
"""


def test_each_line_of_the_table_is_a_mount_and_what_is_no_line_is_passed_over() -> None:
    assert list(mounts_in(TABLE)) == [
        Mount(22, PurePosixPath("/"), "ext4", "/dev/sda1"),
        Mount(31, PurePosixPath("/home/ann/NAS box"), "cifs", "//nas/my photos"),
        Mount(32, PurePosixPath("/mnt"), "tmpfs", ""),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this table")
def test_the_machine_tells_what_is_mounted(mount: Callable[..., Path]) -> None:
    at = mount("-t", "tmpfs", "a source")

    (found,) = [each for each in mounts() if os.fspath(each.point) == os.fspath(at)]

    assert (found.kind, found.source) == ("tmpfs", "a source")
