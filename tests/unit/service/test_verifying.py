import asyncio
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_of
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


def test_every_file_of_a_unit_is_looked_at(tmp_path: Path, library: Library, place: Callable[..., Placed]) -> None:
    source = tmp_path / "l/a.mov"
    source.write_bytes(b"film")
    first = place("first.jpg")
    target, digest = tmp_path / "best/second.mov", sha256(b"film").digest()
    film = Collect("best", None, source, stamp_of(source), digest, target, Form.COPY, "it belongs to the picture")
    second = Collect(
        "best",
        None,
        first.source,
        stamp_of(first.source),
        first.digest,
        tmp_path / "best/second.jpg",
        Form.COPY,
        "why",
        companions=(film,),
    )
    asyncio.run(act(second, library, tmp_path / "best"))
    target.write_bytes(b"edited")

    assert states(library) == {"first.jpg": "sound", "second.jpg": "sound", "second.mov": "changed"}
