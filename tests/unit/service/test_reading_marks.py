import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from pictured.config.limits import Limits
from pictured.marking.embedding import embed
from pictured.matching.settings import MatchingSettings
from pictured.service.reading_marks import read_marks
from pictured.service.reports import Line
from pictured.service.settings import Settings

KEY = bytes(range(32))


def test_folders_are_read_in_order_and_what_fails_is_told(photo: Callable[[str], Image.Image], tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    plain = photo("china").resize((480, 320))
    plain.save(folder / "a.jpg")
    Image.fromarray(embed(np.asarray(plain), KEY).picture).save(folder / "below" / "b.jpg")
    (folder / "c.jpg").write_text("no picture")
    (folder / "notes.txt").write_text("left out")
    settings = Settings(Limits(workers=2), MatchingSettings())

    async def read() -> list[Line]:
        return [line async for line in read_marks([folder, tmp_path / "none.jpg"], None, settings)]

    found = asyncio.run(read())
    lines = {Path(line["path"]).name: line for line in found if "path" in line}
    assert list(lines) == ["a.jpg", "c.jpg", "b.jpg", "none.jpg"]
    assert (lines["a.jpg"]["key"], lines["a.jpg"]["error"]) == (None, None)
    assert (lines["b.jpg"]["key"], lines["b.jpg"]["bits"], lines["b.jpg"]["mirrored"]) == (KEY.hex(), 256, False)
    assert "not a picture" in lines["c.jpg"]["error"]
    assert "none.jpg" in lines["none.jpg"]["error"]
    assert [line["done"] for line in found if line.get("event") == "progress"] == [1, 2, 3, 4]
