"""What the invisible mark costs: memory and CPU of a fresh process for each picture and each work, up to 24 MP.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 VIPS_CONCURRENCY=1 python tests/benchmarks/marking_costs.py
        --photos FOLDER [--pictures 2] [--megapixels 0.2,1,4,24]

The pictures are the largest photographs of the folder, scaled to each size, with grain, as JPEG files of quality 92.
CPU is that of the work, without starting and importing: `embed` on the pixels, and reading a file with its decoding.
"whole" is the CPU of the process of `pictured mark embed`: starting, decoding, looking for an earlier mark, coding and
reading back. Memory is the peak of the process's resident set. Each figure is the mean of the pictures, memory their
greatest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# This process stays small: what it has resident when it starts another counts as that one's peak.

MADE = """
import sys
from pathlib import Path
import numpy as np
from PIL import Image
folder, megapixels, place, made = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
def pixels(path):
    try:
        with Image.open(path) as image:
            return image.width * image.height
    except OSError:
        return 0
files = sorted((path for path in folder.rglob("*.[jJ][pP]*[gG]")), key=pixels)
with Image.open(files[-1 - place]) as image:
    image = image.convert("RGB")
factor = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
image = image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS)
grain = np.random.default_rng(place).normal(0, 1.5, (image.height, image.width, 1)).astype(np.float32)
Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)).save(made, quality=92, subsampling=0)
"""

EMBEDDED = """
import json, sys, time
import numpy as np
from PIL import Image
from pictured.marking.embedding import embed
pixels = np.asarray(Image.open(sys.argv[1]).convert("RGB"))
began = time.process_time()
embed(pixels, bytes(range(32)))
print(json.dumps([time.process_time() - began, True]))
"""

READ = """
import json, sys, time
from pathlib import Path
from pictured.disk.reading import stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.rules.reading_marks import read_mark
path = Path(sys.argv[1])
began = time.process_time()
reading = read_mark(path, stamp_of(path), None, DecodingLimits(10**9, 10**10))
print(json.dumps([time.process_time() - began, reading.key is not None]))
"""


@dataclass(frozen=True)
class Run:
    """A process: its peak in MB, its CPU in seconds, that of its work, and whether this had a key to tell."""

    memory: float
    cpu: float
    work: float
    key: bool


def run(command: Sequence[str]) -> Run:
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        told = out.read()
    if process.returncode:
        raise SystemExit(f"{command[0]} {command[1]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    work, key = json.loads(told) if told.startswith(b"[") else (0.0, True)
    return Run(usage.ru_maxrss * unit / 1e6, usage.ru_utime + usage.ru_stime, work, key)


def costs(photos: Path, megapixels: float, pictures: int, folder: Path) -> str:
    plain, marked = folder / "plain.jpg", folder / "marked.jpg"
    python = [sys.executable, "-c"]
    mark = [sys.executable, "-m", "pictured", "mark", "embed", "--key", bytes(range(32)).hex()]
    kinds: dict[str, list[Run]] = {"embed": [], "whole": [], "unmarked": [], "marked": []}
    for place in range(pictures):
        marked.unlink(missing_ok=True)
        subprocess.run([*python, MADE, str(photos), str(megapixels), str(place), str(plain)], check=True)
        kinds["embed"].append(run([*python, EMBEDDED, str(plain)]))
        kinds["whole"].append(run([*mark, str(plain), str(marked)]))
        kinds["unmarked"].append(run([*python, READ, str(plain)]))
        kinds["marked"].append(run([*python, READ, str(marked)]))
    if any(each.key for each in kinds["unmarked"]) or not all(each.key for each in kinds["marked"]):
        print(f"{megapixels:g} MP: a key was not read, or one that nobody hid")

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values)

    cells = [f"{mean([each.work for each in kinds['embed']]) / share:9.3f} s" for share in (1, megapixels)]
    cells.append(f"{mean([each.cpu for each in kinds['whole']]):9.2f} s")
    cells.append(f"{max(each.memory for each in kinds['whole']):8.0f} MB")
    cells += [f"{mean([each.work for each in kinds[name]]):9.2f} s" for name in ("marked", "unmarked")]
    cells.append(f"{max(each.memory for name in ('unmarked', 'marked') for each in kinds[name]):8.0f} MB")
    return f"{megapixels:6g} MP{''.join(cells)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=2)
    parser.add_argument("--megapixels", default="0.2,1,4,24")
    args = parser.parse_args()
    heads = ("embed", "a MP", "whole", "memory", "marked", "unmarked", "memory")
    print(" " * 9 + "".join(f"{head:>11}" for head in heads))
    # The register of marks would be the user's own.
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PICTURED_STATE_DIR"] = str(Path(folder) / "state")
        for megapixels in map(float, args.megapixels.split(",")):
            print(costs(args.photos, megapixels, args.pictures, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
