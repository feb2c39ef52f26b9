"""Pixels to coded bytes: the settings of each encoder, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyvips

EXTENSIONS: Mapping[str, str] = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "avif": ".avif",
    "gif": ".gif",
    "tiff": ".tif",
    "jxl": ".jxl",
}
"""What files of each format that can be written end in."""

_SAVERS = {"jpeg": "jpeg", "png": "png", "webp": "webp", "avif": "heif", "gif": "gif", "tiff": "tiff"}
_PROFILE = "icc-profile-data"
_MOST_PROGRESSIVE = 1 << 25
"""Pixels up to which a JPEG is progressive: all coefficients are held in memory while it is written."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How pixels are coded.

    format       a key of EXTENSIONS, but not "jxl"
    quality      1 to 100 on the encoder's own scale; None codes without loss, which JPEG cannot
    subsampling  "4:4:4", "4:2:0", or "auto": the encoder decides by the quality
    progressive  whether a JPEG comes in scans, coarse to fine
    thorough     whether the encoder may take several times as long for a smaller file
    bits         of a pixel: 1 for a bilevel picture in PNG or TIFF, None for as many as the pixels have
    indexed      whether a PNG or a WebP without loss holds 256 colours at most; exact for pictures that have no more
    """

    format: str
    quality: int | None
    subsampling: str = "auto"
    progressive: bool = True
    thorough: bool = False
    bits: int | None = None
    indexed: bool = False


def write(image: pyvips.Image, coding: Coding, file: Path) -> None:
    """Write a file with all metadata that `image` carries, but a PNG without the profile. Raises pyvips.Error.

    libpng refuses to write a profile with the smallest fault; `labelling.inscribe` puts it in as it was.
    """
    image = _reduced(image, coding)
    if coding.format == "png" and _PROFILE in image.get_fields():
        image = image.copy()
        image.remove(_PROFILE)
    getattr(image, f"{_SAVERS[coding.format]}save")(str(file), **_settings(image, coding))


def coded(image: pyvips.Image, coding: Coding) -> bytes:
    """Give what `write` would write, without metadata. Raises pyvips.Error."""
    image = _reduced(image, coding)
    save = getattr(image, f"{_SAVERS[coding.format]}save_buffer")
    return bytes(save(**_settings(image, coding), keep="none"))


def _reduced(image: pyvips.Image, coding: Coding) -> pyvips.Image:
    """Reduce the colours for WebP, which makes a palette of them by itself where they are few."""
    if not coding.indexed or coding.format != "webp":
        return image
    few = pyvips.Image.new_from_buffer(image.pngsave_buffer(palette=True, bitdepth=8, dither=0, compression=1), "")
    if few.hasalpha() and not image.hasalpha():
        few = few.extract_band(0, n=few.bands - 1)
    return few


def _settings(image: pyvips.Image, coding: Coding) -> dict[str, object]:
    match coding.format:
        case "jpeg":
            return _jpeg(image, coding)
        case "png":
            return _png(image, coding)
        case "webp":
            return _webp(coding)
        case "avif":
            return _avif(image, coding)
        case "gif":
            return {"effort": 7, "dither": 1.0}
        case _:
            return _tiff(coding)


def _jpeg(image: pyvips.Image, coding: Coding) -> dict[str, object]:
    progressive = coding.progressive and image.width * image.height <= _MOST_PROGRESSIVE
    # trellis quantisation and the tables of N. Robidoux (number 3): mozjpeg's, which pyvips-binary is built with
    thorough = {"trellis_quant": True, "overshoot_deringing": True, "quant_table": 3} if coding.thorough else {}
    return {
        "Q": 100 if coding.quality is None else coding.quality,
        "optimize_coding": image.width * image.height <= _MOST_PROGRESSIVE,
        "interlace": progressive,
        "subsample_mode": {"4:4:4": "off", "4:2:0": "on"}.get(coding.subsampling, "auto"),
        **thorough,
    }


def _png(image: pyvips.Image, coding: Coding) -> dict[str, object]:
    if coding.indexed:
        return {"palette": True, "bitdepth": 8, "dither": 1.0, "effort": 7, "compression": 9, "filter": "none"}
    if coding.bits is not None:
        return {"bitdepth": coding.bits, "compression": 9, "filter": "none"}
    if coding.thorough:
        return {"compression": 9, "filter": "all"}
    return {"compression": 6, "filter": "none" if image.format == "uchar" and image.bands == 1 else "all"}


def _webp(coding: Coding) -> dict[str, object]:
    effort = 6 if coding.thorough else 4
    if coding.quality is None:
        return {"lossless": True, "Q": 100 if coding.thorough else 75, "effort": effort}
    # sharp YUV conversion is the nearest that lossy WebP, always 4:2:0, comes to 4:4:4; on photographs it costs 2 %
    return {"Q": coding.quality, "effort": effort, "smart_subsample": coding.subsampling == "4:4:4"}


def _avif(image: pyvips.Image, coding: Coding) -> dict[str, object]:
    # effort 3 is libaom's speed 6: each step slower costs five times as much for one per cent
    depth = {"bitdepth": 8 if image.format == "uchar" else 10}
    settings: dict[str, object] = {"compression": "av1", "effort": 3, **depth}
    if coding.quality is None:
        return settings | {"lossless": True}
    subsampling = {"4:4:4": "off", "4:2:0": "on"}.get(coding.subsampling, "auto")
    return settings | {"Q": coding.quality, "subsample_mode": subsampling}


def _tiff(coding: Coding) -> dict[str, object]:
    if coding.bits == 1:
        return {"compression": "ccittfax4", "bitdepth": 1}
    return {"compression": "deflate", "predictor": "horizontal"}
