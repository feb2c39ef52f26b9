"""The invisible mark beside blind-watermark and invisible-watermark, on photographs, and a search for wrong keys.

    python tests/benchmarks/marking.py [--photos FOLDER] [--pictures 6] [--megapixels 0.2,1] [--only NAME]
        [--groups perspective,cutting] [--readings 10000] [--seed 1] [--kept FILE]

Every method hides the same 256 random bits and has to give all of them back, from the same damaged pictures and
without the original. The peers have to be told how many bits there are, and have no check: they always give some bits
back. Their rivaGan, which carries 32 bits, is left out. Both are in the extra `bench`; what is not installed is left
out. They want opencv-python, which puts the same cv2 into the same folder as opencv-python-headless; where it asks for
libGL, install that, or the headless package once more.

Prints PSNR over all colours and SSIM of the luminance (which does not see that invisible-watermark changes colours),
CPU seconds a picture, and the share of pictures read after each damage: first those that the mark is made for, then
those that it does not promise to survive. What is called imitated is a stand-in: no paper, lens or network is used.

With --readings, pictures are read that hold no mark, the mark of another secret, a mark, or two; and the keys are
counted that nobody hid. With --kept FILE each reading is a line of JSON in it, and what it has is not done again. Set
OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1. Memory and the costs of large pictures: marking_costs.py.
"""

import argparse
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import wrong_keys
from damaging import EVERYDAY, HARSH, Damage, scaled
from marking_peers import BITS, Method, Pixels, methods
from PIL import Image, ImageOps
from skimage import data
from skimage.metrics import structural_similarity
from sklearn.datasets import load_sample_images

Groups = Mapping[str, Mapping[str, Damage]]


@dataclass
class Figures:
    """What one method did to pictures of one size, and what was found again.

    bits    the mean share of right bits where nothing was damaged
    right   the number of right keys by damage
    failed  how often it ended with an exception instead, by damage and kind
    """

    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    hiding: float = 0.0
    finding: float = 0.0
    bits: float = 0.0
    right: Counter[str] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)


def photographs(folder: Path | None, count: int, megapixels: float) -> list[Pixels]:
    """Give pictures of about so many megapixels; none is enlarged. Without a folder, those that libraries ship."""
    if folder is None:
        shipped = (*load_sample_images().images, data.astronaut(), data.chelsea(), data.coffee(), data.rocket())
        images = [Image.fromarray(each) for each in shipped if each.shape[0] * each.shape[1] >= 0.85e6 * megapixels]
    else:
        large = [path for path in wrong_keys.files(folder) if _pixels(path) >= 0.85e6 * megapixels]
        images = [_opened(path) for path in large[:: max(1, len(large) // count)]]
    fitted = []
    for image in images[:count]:
        factor = min(1.0, (megapixels * 1e6 / (image.width * image.height)) ** 0.5)
        fitted.append(np.asarray(scaled(image, factor)))
    return fitted


def _pixels(path: Path) -> int:
    with Image.open(path) as image:
        return image.width * image.height


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def measured(method: Method, pictures: Sequence[Pixels], groups: Groups) -> Figures:
    figures = Figures()
    damages = {name: damage for group in groups.values() for name, damage in group.items()}
    for number, pixels in enumerate(pictures):
        key = np.random.default_rng(number).bytes(BITS // 8)
        began = time.process_time()
        marked = method.hide(pixels, key)
        figures.hiding += (time.process_time() - began) / len(pictures)
        error = np.mean(np.square(marked.astype(np.float64) - pixels))
        figures.psnr.append(float(10 * np.log10(255**2 / error)))
        figures.ssim.append(_likeness(pixels, marked))
        for name, damage in damages.items():
            spoiled = np.asarray(damage(Image.fromarray(marked)))
            began = time.process_time()
            try:
                found = method.find(spoiled)
                figures.right[name] += found == key
                if name == "none" and found is not None:
                    figures.bits += _alike(found, key) / len(pictures)
            except Exception as failure:  # noqa: BLE001  peers fail in many ways on pictures of another size
                figures.failed[name, type(failure).__name__] += 1
            figures.finding += (time.process_time() - began) / len(pictures) / len(damages)
    return figures


def _alike(one: bytes, other: bytes) -> float:
    return float(np.mean(np.unpackbits(np.frombuffer(one, np.uint8)) == np.unpackbits(np.frombuffer(other, np.uint8))))


def _likeness(before: Pixels, after: Pixels) -> float:
    grey = (np.asarray(Image.fromarray(each).convert("L"), np.float64) for each in (before, after))
    return float(
        structural_similarity(*grey, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    )


def table(found: Mapping[str, Figures], count: int, megapixels: float, groups: Groups) -> None:
    print(f"\n{count} photographs of {megapixels:g} MP, {BITS} bits each")
    wide = max(map(len, found)) + 2

    def row(name: str, values: Sequence[str]) -> None:
        print(f"{name:34}" + "".join(f"{value:>{wide}}" for value in values))

    row("", list(found))
    row("PSNR, mean, dB", [f"{np.mean(each.psnr):.1f}" for each in found.values()])
    row("PSNR, least, dB", [f"{np.min(each.psnr):.1f}" for each in found.values()])
    row("SSIM, mean", [f"{np.mean(each.ssim):.4f}" for each in found.values()])
    row("SSIM, least", [f"{np.min(each.ssim):.4f}" for each in found.values()])
    row("bits right, undamaged", [f"{each.bits:.3f}" for each in found.values()])
    row("CPU to hide, s a picture", [f"{each.hiding:.2f}" for each in found.values()])
    row("CPU to find, s a picture", [f"{each.finding:.2f}" for each in found.values()])
    for title, all_of_it in (("made for", EVERYDAY), ("not promised", HARSH)):
        asked = {group: names for group, names in groups.items() if group in all_of_it}
        every = [name for names in asked.values() for name in names]
        if not every:
            continue
        print()
        row(f"read, {title}: all", [_share(each, every, count) for each in found.values()])
        for group, names in asked.items():
            row(f"  {group}", [_share(each, list(names), count) for each in found.values()])
            if len(names) > 1:
                for name in names:
                    row(f"      {name}", [_share(each, [name], count) for each in found.values()])
    for method, each in found.items():
        for (name, kind), times in each.failed.items():
            print(f"{method} ended {times} times with {kind} after: {name}")


def _share(figures: Figures, names: Sequence[str], count: int) -> str:
    return f"{sum(figures.right[name] for name in names) / count / len(names):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--pictures", type=int, default=6, help="how many of each size; 0 compares nothing")
    parser.add_argument("--megapixels", default="0.2,1")
    parser.add_argument("--only", help="the beginning of the names of the methods to be measured")
    parser.add_argument("--groups", help="damages to be tried beside none at all, by the names in the first column")
    parser.add_argument("--readings", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="a file that has the readings done before, and gets the others")
    args = parser.parse_args()
    if args.pictures:
        chosen = [each for each in methods() if each.name.startswith(args.only or "")]
        every = EVERYDAY | HARSH
        groups = every if args.groups is None else {name: every[name] for name in ["none", *args.groups.split(",")]}
        # A peer takes the mean of no blocks at all where a picture is small.
        warnings.simplefilter("ignore", RuntimeWarning)
        for size in map(float, args.megapixels.split(",")):
            if pictures := photographs(args.photos, args.pictures, size):
                found = {each.name: measured(each, pictures, groups) for each in chosen}
                table(found, len(pictures), size, groups)
            else:
                print(f"no photograph has {size:g} MP")
    if args.readings:
        if args.photos is None:
            parser.error("--readings needs --photos")
        wrong_keys.searched(wrong_keys.files(args.photos), args.seed, args.readings, args.kept)


if __name__ == "__main__":
    main()
