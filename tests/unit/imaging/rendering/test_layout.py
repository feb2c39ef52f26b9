import json
from collections.abc import Callable
from typing import Any

import pytest

from pictured.errors import Refused
from pictured.imaging.operations import Tile
from pictured.imaging.rendering.grid import windows
from pictured.imaging.rendering.layout import layout

MOST = 100_000


def good() -> dict[str, Any]:
    tiles = [
        {
            "file": f"r{each.row:03d}-c{each.column:03d}.png",
            "row": each.row,
            "column": each.column,
            "x": each.left,
            "y": each.top,
            "width": each.width,
            "height": each.height,
            "sha256": "0" * 64,
        }
        for each in windows(50, 40, Tile(32, 32, 4, "pad"))
    ]
    return {
        "kind": "pictured tiles",
        "version": 1,
        "source": "..hidden \u00e4.jpg",
        "width": 50,
        "height": 40,
        "bands": 3,
        "bit_depth": 8,
        "mode": "rgb",
        "alpha": False,
        "tile": {"width": 32, "height": 32, "overlap": 4, "last": "pad"},
        "lossless": True,
        "pixels_sha256": "0" * 64,
        "tiles": tiles,
    }


def test_what_was_written_is_read() -> None:
    found = layout(json.dumps(good()).encode(), MOST)
    assert (found.width, found.height, found.tile.overlap, len(found.tiles)) == (50, 40, 4, 4)


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "no manifest": lambda it: it.clear(),
    "another version": lambda it: it.update(version=2),
    "a negative size": lambda it: it.update(width=-50),
    "a size of zero": lambda it: it.update(height=0),
    "a huge size": lambda it: it.update(width=10**6, height=10**6),
    "a number that is too large": lambda it: it.update(width=10**30),
    "a number as text": lambda it: it.update(width="50"),
    "huge tiles": lambda it: it["tile"].update(width=10**6, height=10**6),
    "tiles of nothing": lambda it: it["tile"].update(width=0),
    "tiles that overlap whole": lambda it: it["tile"].update(overlap=32),
    "a negative overlap": lambda it: it["tile"].update(overlap=-1),
    "an unknown policy": lambda it: it["tile"].update(last="magic"),
    "many bands": lambda it: it.update(bands=100),
    "a strange depth": lambda it: it.update(bit_depth=7),
    "a path upwards": lambda it: it["tiles"][0].update(file="../secret.png"),
    "the folder above": lambda it: it["tiles"][0].update(file=".."),
    "an absolute path": lambda it: it["tiles"][0].update(file="/etc/passwd"),
    "a backslash": lambda it: it["tiles"][0].update(file="..\\secret.png"),
    "a zero byte": lambda it: it["tiles"][0].update(file="a\0.png"),
    "an empty name": lambda it: it["tiles"][0].update(file=""),
    "a source that is a path": lambda it: it.update(source="../../a.png"),
    "a window outside": lambda it: it["tiles"][3].update(x=40),
    "a negative window": lambda it: it["tiles"][3].update(x=-4),
    "a larger window": lambda it: it["tiles"][0].update(width=33),
    "a missing tile": lambda it: it["tiles"].pop(),
    "no tiles": lambda it: it["tiles"].clear(),
    "tiles in another order": lambda it: it["tiles"].reverse(),
    "a tile too many": lambda it: it["tiles"].append(it["tiles"][0]),
    "a file named twice": lambda it: it["tiles"][1].update(file=it["tiles"][0]["file"]),
    "no digest": lambda it: it["tiles"][0].update(sha256="x"),
    "something unknown": lambda it: it.update(run="rm"),
}


@pytest.mark.parametrize("harm", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_cannot_be_right_is_refused(harm: Callable[[dict[str, Any]], object]) -> None:
    harmed = good()
    harm(harmed)
    with pytest.raises(Refused) as caught:
        layout(json.dumps(harmed).encode(), MOST)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="is no manifest of tiles"):
        layout(content, MOST)
