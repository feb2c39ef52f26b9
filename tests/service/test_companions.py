"""What belongs to a picture travels with it: one daemon, real files, whole trees."""

import os
from pathlib import Path

from tests.service.conftest import Sandbox, jpeg, put, tree

from pictured.imaging.sidecars import DC, XMP, Additions, added_to, said_by

CONFIG = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: auto, merge_metadata: true}
settle: 300ms
limits: {retry: 1s}
"""
ASTRAY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_unit_is_collected_merged_replaced_verified_and_taken_back(sandbox: Sandbox) -> None:
    library, best, queries = (sandbox.root / name for name in ("library", "best", "queries"))
    rated = added_to(None, Additions({(XMP, "Rating"): "4"}, None, ["sea"]))
    titled = added_to(None, Additions({}, "A day", ["sky"]))
    put(library / "small/photo.jpg", jpeg(1, 240))
    put(library / "small/photo.xmp", rated)
    put(library / "large/IMG_1.JPG", jpeg(1, 400))
    put(library / "large/IMG_1.JPG.xmp", titled)
    for ending in (".AAE", ".MOV", ".DNG"):
        put(library / f"large/IMG_1{ending}", ending.encode() * 1000)
        os.utime(library / f"large/IMG_1{ending}", ns=(1_262_304_000_123_456_789,) * 2)
    put(best / "IMG_1.mov", b"of somebody else")
    queries.mkdir()
    config = sandbox.configure(CONFIG)

    with sandbox.daemon(config) as daemon:
        sandbox.idle(config=config)
        sources = tree(library)
        put(queries / "poor.jpg", jpeg(1, 120, 40))
        placed = daemon.wait("copy.placed")

        unit = ["IMG_1 (2).JPG", "IMG_1 (2).JPG.xmp", "IMG_1 (2).aae", "IMG_1 (2).dng", "IMG_1 (2).mov"]
        assert names(best) == sorted([*unit, "IMG_1.mov"])
        assert sorted(Path(each).name for each in placed["companions"]) == unit[1:]
        for ending, copy in ((".AAE", ".aae"), (".MOV", ".mov"), (".DNG", ".dng")):
            there, source = best / f"IMG_1 (2){copy}", library / f"large/IMG_1{ending}"
            assert (there.read_bytes(), there.stat().st_mtime_ns) == (source.read_bytes(), source.stat().st_mtime_ns)
        said = said_by((best / "IMG_1 (2).JPG.xmp").read_bytes())
        assert (said.text(XMP, "Rating"), said.text(DC, "title")) == ("4", "A day")
        assert said.items(DC, "subject") == ("sky", "sea")
        [deed] = sandbox.pictured("history", best / "IMG_1 (2).JPG.xmp", "--config", config, "--json").lines
        reasons = {Path(each["target"]).name: each["reason"] for each in deed["companions"]}
        assert f"rating 4 from {library / 'small/photo.xmp'}" in reasons["IMG_1 (2).JPG.xmp"]
        assert reasons["IMG_1 (2).mov"] == "it belongs to the picture"
        states = sandbox.pictured("verify", "--config", config, "--json").lines
        assert sorted((Path(each["target"]).name, each["state"]) for each in states) == [
            (each, "sound") for each in unit
        ]

        put(library / "IMG_1.jpg.xmp", ASTRAY)
        put(library / "IMG_1.jpg", jpeg(1, 480))
        better = daemon.wait("copy.placed", source=library / "IMG_1.jpg")
        assert better["replaced"] == str(best / "IMG_1 (2).JPG")
        assert "metadata was not merged" in better["reason"]
        assert "document type" in better["reason"]
        assert names(best) == ["IMG_1.jpg", "IMG_1.jpg.xmp", "IMG_1.mov"]
        assert (best / "IMG_1.jpg.xmp").read_bytes() == ASTRAY

        (best / "IMG_1.jpg.xmp").write_bytes(b"five stars")
        [undone] = sandbox.pictured("undo", "--config", config, "--json").lines
        assert (undone["undone"], names(best)) == (False, ["IMG_1.jpg", "IMG_1.jpg.xmp", "IMG_1.mov"])
        assert "IMG_1.jpg.xmp, which belongs to it, was changed" in undone["reason"]
        (best / "IMG_1.jpg.xmp").unlink()
        [undone] = sandbox.pictured("undo", "--config", config, "--json").lines
        assert (undone["undone"], names(best)) == (True, ["IMG_1.mov"])

    assert sources.items() <= tree(library).items()
    assert (best / "IMG_1.mov").read_bytes() == b"of somebody else"


def test_where_one_name_is_taken_the_whole_unit_gets_another(sandbox: Sandbox) -> None:
    library, best = sandbox.root / "library", sandbox.root / "best"
    put(library / "a.jpg", jpeg(2))
    put(library / "a.mov", b"film" * 1000)
    put(sandbox.root / "queries/a.jpg", jpeg(2, 120, 40))
    config = sandbox.configure(CONFIG)
    put(best / "a.jpg", b"in the way")

    done = sandbox.pictured("collect", sandbox.root / "queries", "--in", library, "--into", best, "--json")

    assert done.code == 0
    assert names(best) == ["a (2).jpg", "a (2).mov", "a.jpg"]
    assert sandbox.pictured("check", "--config", config).code == 0
