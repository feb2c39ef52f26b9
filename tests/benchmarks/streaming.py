"""Making large pictures small, beside Pillow, vipsthumbnail and ImageMagick: memory and CPU of a fresh process each.

    VIPS_CONCURRENCY=1 python tests/benchmarks/streaming.py --photos FOLDER [--side 12000] [--edge 1000] [--rounds 3]
        [--kept FOLDER]

The inputs are mosaics of unscaled parts of the photographs, SIDE x SIDE pixels: a baseline and a progressive JPEG, a
PNG and a tiled TIFF. Every program makes EDGE x EDGE pixels of them and stores these in the input's format.

CPU is that of the whole process, and below "work" that without starting and importing; rounds are interleaved and the
least counts. Memory is the peak of the process's resident set, and the greatest counts. Ratios are those to Pillow's
`thumbnail`, which asks the decoder for twice the size (`draft`). "Pillow, draft 1/8" asks it for the size itself, which
is faster and looks worse. The last table has the PSNR to Lanczos in one step, without coding it, and what pictured
expected to need.

vipsthumbnail and convert are measured where they are installed. Debian's policy lets `convert` have 256 MB of memory
and 1 GB of disk, with which it refuses such pictures.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# This process stays small: what it has resident when it starts another counts as that one's peak.

PICTURED = """
import json, sys, tempfile, time
from pathlib import Path
from pictured.rules.rendering import render
from pictured.disk.reading import stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import Encoding, Resize
from pictured.imaging.rendered import Order
from pictured.imaging.traits import Traits
begun = time.process_time()
path, edge, kind, told, made = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]), sys.argv[5]
operations = (Resize(long_edge=edge), Encoding(kind) if kind else Encoding())
with tempfile.TemporaryDirectory() as folder:
    order = Order(path, Traits(**told, exif={}), operations, Path(folder))
    result = render(order, stamp_of(path), DecodingLimits(10**10, 10**10))
    result.made[0].file.replace(made)
print(json.dumps(time.process_time() - begun))
"""

PILLOW = """
import json, sys, time
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
begun = time.process_time()
path, edge, made, how = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
with Image.open(path) as image:
    if how == "whole":
        image = image.resize((edge, edge), Image.Resampling.LANCZOS)
    else:
        if how == "draft":
            image.draft("RGB", (edge, edge))
        image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    image.save(made, **({"quality": 88} if made.endswith(".jpg") else {}))
print(json.dumps(time.process_time() - begun))
"""

MOSAIC = """
import sys
from pathlib import Path
import pyvips
photos, folder, side = sorted(Path(sys.argv[1]).rglob("*.[jJ][pP]*[gG]")), Path(sys.argv[2]), int(sys.argv[3])
parts = []
for path in photos:
    try:
        image = pyvips.Image.new_from_buffer(path.read_bytes(), "", fail_on="error").colourspace("srgb")[:3]
        if min(image.width, image.height) >= 300:
            part = image.crop(image.width // 2 - 150, image.height // 2 - 150, 300, 300)
            parts.append(part.copy_memory())
    except pyvips.Error:
        pass
    if len(parts) == 400:
        break
count = -(-side // 300)
tiles = [parts[number * 7 % len(parts)] for number in range(count * count)]
image = pyvips.Image.arrayjoin(tiles, across=count).crop(0, 0, side, side).copy()
for name in image.get_fields():
    if name.startswith(("exif", "icc", "xmp", "iptc")):
        image.remove(name)
image.jpegsave(str(folder / "baseline.jpg"), Q=88)
image.jpegsave(str(folder / "progressive.jpg"), Q=88, interlace=True)
image.pngsave(str(folder / "large.png"), compression=3)
image.tiffsave(str(folder / "tiled.tif"), compression="deflate", tile=True, tile_width=256, tile_height=256)
"""

COMPARED = """
import json, math, sys
from PIL import Image, ImageChops, ImageStat
one, other = (Image.open(path).convert("RGB") for path in sys.argv[1:3])
error = sum(ImageStat.Stat(ImageChops.difference(one, other)).sum2) / (3 * one.width * one.height)
print(json.dumps(10 * math.log10(255**2 / max(error, 1e-9))))
"""

EXPECTED = """
import json, sys
from pictured.imaging.operations import Resize
from pictured.imaging.operations.memory import peak
from pictured.imaging.traits import Traits
print(peak(Traits(**json.loads(sys.argv[1]), exif={}), (Resize(long_edge=int(sys.argv[2])),)))
"""

INPUTS: Mapping[str, Mapping[str, object]] = {
    "baseline.jpg": {"format": "JPEG", "quality": 88, "subsampling": "4:2:0", "progressive": False},
    "progressive.jpg": {"format": "JPEG", "quality": 88, "subsampling": "4:2:0", "progressive": True},
    "large.png": {"format": "PNG", "quality": None, "subsampling": None, "progressive": False},
    "tiled.tif": {"format": "TIFF", "quality": None, "subsampling": None, "progressive": False},
}


@dataclass(frozen=True)
class Run:
    """A process: its peak in bytes, its CPU in seconds, and that of its work where it tells; how it ended."""

    memory: int
    cpu: float
    work: float | None
    failed: bool


def run(command: Sequence[str]) -> Run:
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.DEVNULL, env={"VIPS_CONCURRENCY": "1", **os.environ}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        told = out.read()
    unit = 1 if sys.platform == "darwin" else 1024
    work = json.loads(told) if told and process.returncode == 0 else None
    return Run(usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime, work, process.returncode != 0)


def asked(code: str, *arguments: object) -> object:
    made = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, stdout=subprocess.PIPE)
    return json.loads(made.stdout or b"null")


def commands(path: Path, traits: str, edge: int, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each program's name and command line."""
    made = folder / f"made{path.suffix}"
    pillow = [sys.executable, "-c", PILLOW, str(path), str(edge), str(made)]
    yield "Pillow thumbnail", [*pillow, "thumbnail"]
    yield "pictured", [sys.executable, "-c", PICTURED, str(path), str(edge), "", traits, str(made)]
    if path.suffix == ".jpg":
        yield "Pillow, draft 1/8", [*pillow, "draft"]
    yield "Pillow, Lanczos in one step", [*pillow, "whole"]
    if (program := shutil.which("vipsthumbnail")) is not None:
        yield "vipsthumbnail", [program, str(path), "--size", f"{edge}x{edge}", "-o", str(made)]
    if (program := shutil.which("convert")) is not None:
        hint = ["-define", f"jpeg:size={2 * edge}x{2 * edge}"] if path.suffix == ".jpg" else []
        yield "ImageMagick convert", [program, *hint, str(path), "-resize", f"{edge}x{edge}", str(made)]


def measured(path: Path, traits: str, edge: int, folder: Path, rounds: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {}
    for number in range(rounds):
        for name, command in commands(path, traits, edge, folder):
            if number == 0 or not (runs[name][0].failed or runs[name][0].cpu > 5):
                runs.setdefault(name, []).append(run(command))
    return runs


def table(runs: Mapping[str, Sequence[Run]]) -> None:
    base = min(each.cpu for each in runs["Pillow thumbnail"])
    base_memory = max(each.memory for each in runs["Pillow thumbnail"])
    print(f"{'':28}{'memory':>9}{'ratio':>7}{'CPU':>8}{'ratio':>7}{'work':>8}")
    for name, each in runs.items():
        if each[0].failed:
            print(f"{name:28}  refuses")
            continue
        cpu, memory = min(one.cpu for one in each), max(one.memory for one in each)
        works = [one.work for one in each if one.work is not None]
        work = f"{min(works):7.2f}s" if works else ""
        print(f"{name:28}{memory / 1e6:6.0f} MB{memory / base_memory:7.2f}{cpu:7.2f}s{cpu / base:7.2f}{work:>8}")


def likeness(path: Path, traits: str, edge: int, folder: Path) -> str:
    whole, ours, theirs = (folder / f"{name}.png" for name in ("whole", "ours", "theirs"))
    asked(PILLOW, path, edge, whole, "whole")
    asked(PILLOW, path, edge, theirs, "thumbnail")
    asked(PICTURED, path, edge, "png", traits, ours)
    return f"pictured {asked(COMPARED, whole, ours):5.1f} dB, Pillow thumbnail {asked(COMPARED, whole, theirs):5.1f} dB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--photos", type=Path, required=True, help="a folder of JPEG files of 300 pixels a side or more"
    )
    parser.add_argument("--side", type=int, default=12_000)
    parser.add_argument("--edge", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kept", type=Path, help="a folder that has the inputs or keeps them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        inputs = options.kept or Path(scratch)
        inputs.mkdir(parents=True, exist_ok=True)
        if not all((inputs / name).exists() for name in INPUTS):
            asked(MOSAIC, options.photos, inputs, options.side)
        ends = []
        for name, facts in INPUTS.items():
            path = inputs / name
            sides = {"width": options.side, "height": options.side, "size": path.stat().st_size}
            plain = {"orientation": 1, "frames": 1, "bit_depth": 8, "mode": "rgb", "has_alpha": False}
            traits = json.dumps({**facts, **sides, **plain})
            print(f"\n{name}, {options.side} x {options.side}, {path.stat().st_size / 1e6:.1f} MB -> {options.edge}")
            table(measured(path, traits, options.edge, Path(scratch), options.rounds))
            expected = asked(EXPECTED, traits, options.edge)
            near = likeness(path, traits, options.edge, Path(scratch))
            ends.append(f"{name:18}{near}; {int(str(expected)) / 1e6:.0f} MB expected")
        print("", *ends, sep="\n")


if __name__ == "__main__":
    main()
