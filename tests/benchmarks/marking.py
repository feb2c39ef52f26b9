"""The invisible mark beside blind-watermark and invisible-watermark, on real photographs, and a search for wrong keys.

    python tests/benchmarks/marking.py [--photos FOLDER] [--pictures 6] [--megapixels 0.2,1] [--readings 10000]

Every method hides the same 256 random bits and has to give them back exactly; the peers are told how many there are. A
peer that is not installed is left out: pip install blind-watermark invisible-watermark. Prints the share of pictures
read after each kind of damage, PSNR, and CPU seconds a picture. With --readings, so many unmarked, marked and otherwise
keyed pictures are read besides, and the keys counted that nobody hid. Set OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1.
"""

import argparse
import importlib.util
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from sklearn.datasets import load_sample_images

from pictured.marking.embedding import embed
from pictured.marking.reading import read

BITS = 256
Embed = Callable[[np.ndarray, bytes], np.ndarray]
Read = Callable[[np.ndarray], bytes | None]
Damage = Callable[[Image.Image], Image.Image]


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    coded = io.BytesIO()
    image.save(coded, "JPEG", quality=quality, subsampling=2)
    return Image.open(coded).convert("RGB")


def scaled(image: Image.Image, across: float, down: float) -> Image.Image:
    size = (round(image.width * across), round(image.height * down))
    return image.resize(size, Image.Resampling.LANCZOS)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def cut(image: Image.Image, share: float) -> Image.Image:
    across, down = (round(side * (1 - share) ** 0.5) for side in image.size)
    left, top = (image.width - across) // 3, (image.height - down) // 2
    return image.crop((left, top, left + across, top + down))


DAMAGE: dict[str, Damage] = {
    "none": lambda image: image,
    "JPEG 90": lambda image: jpeg(image, 90),
    "JPEG 70": lambda image: jpeg(image, 70),
    "JPEG 40": lambda image: jpeg(image, 40),
    "scaled 0.6": lambda image: scaled(image, 0.6, 0.6),
    "scaled 1.4": lambda image: scaled(image, 1.4, 1.4),
    "squeezed 0.85": lambda image: scaled(image, 0.85, 1),
    "turned 3": lambda image: turned(image, 3),
    "turned 30": lambda image: turned(image, 30),
    "turned 90": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "cut 20 %": lambda image: cut(image, 0.2),
    "cut 45 %": lambda image: cut(image, 0.45),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(1.2)),
    "turned, scaled, JPEG 75": lambda image: jpeg(scaled(turned(image, -6), 0.8, 0.8), 75),
}


def methods() -> dict[str, tuple[Embed, Read]]:
    found: dict[str, tuple[Embed, Read]] = {
        "pictured": (lambda pixels, key: np.asarray(embed(pixels, key).picture), lambda pixels: read(pixels).key)
    }
    if importlib.util.find_spec("blind_watermark"):
        found["blind-watermark"] = (_blind_embed, _blind_read)
    if importlib.util.find_spec("imwatermark"):
        for name in ("dwtDct", "dwtDctSvd"):
            found[f"invisible-watermark {name}"] = _invisible(name)
    return found


def _blind_embed(pixels: np.ndarray, key: bytes) -> np.ndarray:
    from blind_watermark import WaterMark

    mark = WaterMark(password_wm=1, password_img=1)
    mark.read_img(img=pixels[..., ::-1].copy())
    mark.read_wm(np.unpackbits(np.frombuffer(key, np.uint8)).astype(bool), mode="bit")
    return np.clip(np.rint(mark.embed()), 0, 255).astype(np.uint8)[..., ::-1]


def _blind_read(pixels: np.ndarray) -> bytes | None:
    from blind_watermark import WaterMark

    found = WaterMark(password_wm=1, password_img=1).extract(
        embed_img=pixels[..., ::-1].copy(), wm_shape=BITS, mode="bit"
    )
    return np.packbits(np.asarray(found) > 0.5).tobytes()


def _invisible(name: str) -> tuple[Embed, Read]:
    def hide(pixels: np.ndarray, key: bytes) -> np.ndarray:
        from imwatermark import WatermarkEncoder

        encoder = WatermarkEncoder()
        encoder.set_watermark("bytes", key)
        return np.asarray(encoder.encode(pixels[..., ::-1].copy(), name))[..., ::-1]

    def find(pixels: np.ndarray) -> bytes | None:
        from imwatermark import WatermarkDecoder

        return bytes(WatermarkDecoder("bytes", BITS).decode(pixels[..., ::-1].copy(), name))

    return hide, find


def photographs(folder: Path | None, count: int, megapixels: float) -> list[np.ndarray]:
    if folder is None:
        images = [Image.fromarray(each) for each in load_sample_images().images]
    else:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
        large = [path for path in files if np.prod(Image.open(path).size) >= 0.85e6 * megapixels]
        images = [Image.open(path).convert("RGB") for path in large[:: max(1, len(large) // count)][:count]]
    fitted = []
    for image in images:
        factor = min(1.0, (megapixels * 1e6 / (image.width * image.height)) ** 0.5)
        fitted.append(np.asarray(scaled(image, factor, factor)))
    return fitted


def compared(pictures: list[np.ndarray], megapixels: float) -> None:
    for name, (hide, find) in methods().items():
        right = dict.fromkeys(DAMAGE, 0)
        ratios, hiding, finding = [], 0.0, 0.0
        for number, pixels in enumerate(pictures):
            key = np.random.default_rng(number).bytes(BITS // 8)
            began = time.process_time()
            marked = hide(pixels, key)
            hiding += time.process_time() - began
            error = np.mean((marked.astype(float) - pixels) ** 2)
            ratios.append(10 * np.log10(255**2 / error))
            for damage, spoil in DAMAGE.items():
                spoiled = np.asarray(spoil(Image.fromarray(np.ascontiguousarray(marked))))
                began = time.process_time()
                try:
                    right[damage] += find(spoiled) == key
                except Exception as failure:  # noqa: BLE001  peers fail in many ways on pictures of another size
                    print(f"  {name}, {damage}: {type(failure).__name__}")
                finding += time.process_time() - began
        count = len(pictures)
        print(f"\n{name}, {count} pictures of {megapixels:g} MP: PSNR {np.mean(ratios):.1f} dB, ", end="")
        print(f"CPU {hiding / count:.2f} s to hide, {finding / count / len(DAMAGE):.2f} s to read")
        for damage, hits in right.items():
            print(f"  {damage:26} {hits / count:.2f}")


def wrong_keys(pictures: list[np.ndarray], readings: int) -> None:
    """Read pictures in changing shapes: unmarked, marked, and marked with another secret."""
    rng, wrong, mixed = np.random.default_rng(0), 0, 0
    for number in range(readings):
        pixels = pictures[number % len(pictures)]
        key = rng.bytes(BITS // 8)
        secret = (None, b"read with this", b"hidden with this")[number % 3]
        if secret is not None:
            pixels = np.asarray(embed(pixels, key, secret).picture)
        spoiled = np.asarray(jpeg(turned(Image.fromarray(pixels), rng.uniform(0, 360)), int(rng.integers(25, 95))))
        found = read(spoiled, b"read with this").key
        expected = key if number % 3 == 1 else None
        wrong += found is not None and found != expected
        mixed += found is not None
    print(f"\n{readings} readings, {mixed} keys, wrong keys: {wrong}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--pictures", type=int, default=6)
    parser.add_argument("--megapixels", default="0.2,1")
    parser.add_argument("--readings", type=int, default=0)
    args = parser.parse_args()
    for size in map(float, args.megapixels.split(",")):
        compared(photographs(args.photos, args.pictures, size), size)
    if args.readings:
        wrong_keys(photographs(args.photos, args.pictures, 0.2), args.readings)


if __name__ == "__main__":
    main()
