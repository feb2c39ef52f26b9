"""Whether the changes in a folder can be made by another machine, which no event of this one will tell."""

from collections.abc import Iterable
from pathlib import Path, PurePath

from pictured.disk.mounts import NETWORK, Mount, mounts


def network_type(folder: Path) -> str | None:
    """Give the type of the network file system on which a folder lies; None for a local one.

    `folder` is absolute and without symlinks. Only Linux can be asked; elsewhere the answer is None.
    """
    kind = type_among(mounts(), folder)
    return kind if kind in NETWORK else None


def type_among(mounted: Iterable[Mount], folder: PurePath) -> str | None:
    """Find the file system type of `folder` in a table of mounts."""
    best: tuple[int, str] | None = None
    for mount in mounted:
        # A later mount on the same point lies over an earlier one.
        if folder.is_relative_to(mount.point) and (best is None or len(mount.point.parts) >= best[0]):
            best = (len(mount.point.parts), mount.kind)
    return best[1] if best else None
