import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.flow import Collect, Form, Picture, Placed
from pictured.service.acting import act
from pictured.service.library import Library
from pictured.service.reports import Verified
from pictured.service.verifying import verify

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]


@pytest.fixture
def place(tmp_path: Path, draw: Draw, index: Index, library: Library) -> Callable[..., Placed]:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))

    def placed(name: str, form: Form = Form.COPY) -> Placed:
        digest, target = picture.content.digest, tmp_path / "best" / name
        step = Collect("best", None, picture.path, picture.stamp, digest, target, form, "why")
        outcome = asyncio.run(act(step, library, tmp_path / "best"))
        assert outcome.placed is not None
        return outcome.placed

    return placed


def states(library: Library) -> dict[str, str]:
    async def gathered() -> dict[str, str]:
        return {each.target.name: each.state async for each in verify(library) if isinstance(each, Verified)}

    return asyncio.run(gathered())


def test_what_a_disk_did_is_told_from_what_a_person_did(
    tmp_path: Path, library: Library, place: Callable[..., Placed]
) -> None:
    rotten, edited, gone = (place(name) for name in ("rotten.jpg", "edited.jpg", "gone.jpg"))
    place("sound.jpg")
    link = place("link.jpg", Form.SYMLINK)
    place("bent.jpg", Form.SYMLINK)
    content = bytearray(rotten.target.read_bytes())
    content[100] ^= 1
    with rotten.target.open("r+b") as file:
        file.write(content)
    os.utime(rotten.target, ns=(rotten.stamp.mtime_ns, rotten.stamp.mtime_ns))
    edited.target.write_bytes(b"mine")
    gone.target.unlink()
    (tmp_path / "best/bent.jpg").unlink()
    (tmp_path / "best/bent.jpg").symlink_to("elsewhere")

    assert states(library) == {
        "rotten.jpg": "damaged",
        "edited.jpg": "changed",
        "gone.jpg": "missing",
        "sound.jpg": "sound",
        "link.jpg": "sound",
        "bent.jpg": "changed",
    }
    assert link.target.is_symlink()
