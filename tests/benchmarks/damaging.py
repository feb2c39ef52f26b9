"""What happens to pictures on their way: the damages after which benchmarks look for the invisible mark."""

import io
from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Damage = Callable[[Image.Image], Image.Image]
Dice = np.random.Generator
Values = NDArray[np.float32]


def coded(image: Image.Image, quality: int, kind: str = "JPEG") -> Image.Image:
    held = io.BytesIO()
    options = {"subsampling": 2} if kind == "JPEG" else {}
    image.save(held, kind, quality=quality, **options)
    return Image.open(held).convert("RGB")


def scaled(image: Image.Image, across: float, down: float | None = None) -> Image.Image:
    factors = across, across if down is None else down
    sides = (max(1, round(side * factor)) for side, factor in zip(image.size, factors, strict=True))
    return image.resize(tuple(sides), Image.Resampling.LANCZOS)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def cut(image: Image.Image, share: float, across: float = 1 / 3, down: float = 1 / 2) -> Image.Image:
    """Keep 1 - `share` of the area; `across` and `down` say where, 0 to 1."""
    wide, high = (max(1, round(side * (1 - share) ** 0.5)) for side in image.size)
    left, top = round((image.width - wide) * across), round((image.height - high) * down)
    return image.crop((left, top, left + wide, top + high))


def toned(image: Image.Image, gain: float = 1, lift: float = 0, gamma: float = 1) -> Image.Image:
    values = 255 * (np.asarray(image, np.float32) / 255) ** gamma * gain + lift
    return _image(values)


def noisy(image: Image.Image, deviation: float, seed: int = 0) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, deviation, (image.height, image.width, 3))
    return _image(np.asarray(image, np.float32) + noise.astype(np.float32))


def blurred(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def sharpened(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(2, 120, 2))


def tilted(image: Image.Image, share: float, seed: int = 0) -> Image.Image:
    """Move every corner by `share` of the long side, each in a direction of its own: seen from askew."""
    wide, high = image.size
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, 4)
    moved = corners + share * max(image.size) * np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    moved -= moved.min(axis=0)
    size = tuple(int(np.ceil(side)) for side in moved.max(axis=0))
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    seen = cv2.warpPerspective(
        np.asarray(image), matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,) * 3
    )
    return Image.fromarray(seen)


def photographed(image: Image.Image, share: float = 0.015) -> Image.Image:
    """Imitate a print and a camera: askew, soft, flat, unevenly lit, grainy, and a JPEG."""
    seen = np.asarray(toned(blurred(tilted(turned(image, 1.5), share), 1.0), 0.82, 22, 1.15), np.float32)
    light = np.linspace(1.06, 0.9, seen.shape[1], dtype=np.float32)[None, :, None]
    return coded(noisy(_image(seen * light), 4), 85)


def smoothed(image: Image.Image, side: int) -> Image.Image:
    return image.filter(ImageFilter.MedianFilter(side))


def denoised(image: Image.Image, strength: float) -> Image.Image:
    return Image.fromarray(cv2.fastNlMeansDenoisingColored(np.asarray(image), None, strength, strength, 5, 15))


def remade(image: Image.Image, factor: float) -> Image.Image:
    """Imitate what a network that makes the picture anew leaves of it: form and colour, but no fine texture of ours."""
    small = scaled(image, factor)
    large = small.resize(image.size, Image.Resampling.BICUBIC)
    return noisy(sharpened(denoised(large, 6)), 2)


def _image(values: Values) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _flipped(image: Image.Image, how: Image.Transpose) -> Image.Image:
    return image.transpose(how)


# After these the mark is to be read.
EVERYDAY: Mapping[str, Mapping[str, Damage]] = {
    "none": {"none": lambda image: image},
    "coding": {
        **{f"JPEG {quality}": partial(coded, quality=quality) for quality in (90, 70, 40)},
        "WebP 60": partial(coded, quality=60, kind="WEBP"),
    },
    "scaling": {f"scaled {factor:g}": partial(scaled, across=factor) for factor in (0.4, 0.6, 1.4)},
    "turning": {
        **{f"turned {degrees}": partial(turned, degrees=degrees) for degrees in (2, 11, 30, -70)},
        "turned 90": partial(_flipped, how=Image.Transpose.ROTATE_90),
    },
    "mirroring": {"mirrored": partial(_flipped, how=Image.Transpose.FLIP_LEFT_RIGHT)},
    "squeezing": {"squeezed 0.85": partial(scaled, across=0.85, down=1.0)},
    "cutting": {f"cut {share:.0%}": partial(cut, share=share) for share in (0.15, 0.35, 0.5)},
    "tone": {
        "brighter": partial(toned, gain=1.2, lift=8),
        "flatter": partial(toned, gain=0.75, lift=30),
        "gamma 1.4": partial(toned, gamma=1.4),
        "grey": lambda image: image.convert("L").convert("RGB"),
    },
    "noise and blur": {
        "noise 6": partial(noisy, deviation=6),
        "blur 1.2": partial(blurred, radius=1.2),
        "sharpened": sharpened,
    },
    "together": {
        "turned, scaled, JPEG 75": lambda image: coded(scaled(turned(image, -6), 0.8), 75),
        "cut, scaled, JPEG 70": lambda image: coded(scaled(cut(image, 0.2), 0.75), 70),
        "mirrored, squeezed, WebP 70": lambda image: coded(
            scaled(_flipped(image, Image.Transpose.FLIP_LEFT_RIGHT), 0.92, 1), 70, "WEBP"
        ),
    },
}

# After these it is not promised.
HARSH: Mapping[str, Mapping[str, Damage]] = {
    "perspective": {f"corners by {share:.1%}": partial(tilted, share=share) for share in (0.005, 0.01, 0.02, 0.04)},
    "print and camera": {
        f"imitated, corners by {share:.1%}": partial(photographed, share=share) for share in (0.0, 0.005, 0.015)
    },
    "removal": {
        "median of 3": partial(smoothed, side=3),
        "median of 5": partial(smoothed, side=5),
        "denoised 5": partial(denoised, strength=5),
        "denoised 10": partial(denoised, strength=10),
        "blur 2.5, sharpened": lambda image: sharpened(blurred(image, 2.5)),
        "JPEG 15": partial(coded, quality=15),
        "cut 75%": partial(cut, share=0.75),
        "scaled 0.2": partial(scaled, across=0.2),
    },
    "regeneration": {
        "imitated, from a half": partial(remade, factor=0.5),
        "imitated, from a quarter": partial(remade, factor=0.25),
    },
}


def at_random(image: Image.Image, rng: Dice) -> tuple[Image.Image, list[str]]:
    """Damage a picture up to three times, in ways and strengths by chance; also tell how."""
    kinds: Mapping[str, Damage] = {
        "coded": lambda seen: coded(seen, int(rng.integers(10, 96)), str(rng.choice(["JPEG", "JPEG", "WEBP"]))),
        "scaled": lambda seen: scaled(seen, float(np.exp(rng.uniform(-0.9, 0.6)))),
        "turned": lambda seen: turned(seen, float(rng.uniform(-180, 180))),
        "squeezed": lambda seen: scaled(seen, float(rng.uniform(0.8, 1.25)), 1.0),
        "cut": lambda seen: cut(seen, float(rng.uniform(0, 0.6)), float(rng.uniform()), float(rng.uniform())),
        "mirrored": lambda seen: _flipped(seen, Image.Transpose.FLIP_LEFT_RIGHT),
        "toned": lambda seen: toned(seen, float(rng.uniform(0.6, 1.4)), float(rng.uniform(-20, 30))),
        "noisy": lambda seen: noisy(seen, float(rng.uniform(1, 20)), int(rng.integers(2**31))),
        "blurred": lambda seen: blurred(seen, float(rng.uniform(0.3, 2.5))),
        "sharpened": sharpened,
        "smoothed": lambda seen: smoothed(seen, 3),
        "tilted": lambda seen: tilted(seen, float(rng.uniform(0.002, 0.04)), int(rng.integers(2**31))),
    }
    names = [str(name) for name in rng.choice(list(kinds), int(rng.integers(0, 4)), replace=False)]
    for name in names:
        image = kinds[name](image)
    return image, names
