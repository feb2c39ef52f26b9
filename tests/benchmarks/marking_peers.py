"""What hides 256 bits in a picture and finds them again: pictured's mark, and its peers where they are installed."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictured.marking.embedding import embed
from pictured.marking.reading import read

BITS = 256

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Method:
    """Pictures are (h, w, 3) uint8, RGB; a key has 32 bytes. A peer finds some bits in any picture, right or wrong."""

    name: str
    hide: Callable[[Pixels, bytes], Pixels]
    find: Callable[[Pixels], bytes | None]


_PEERS: Mapping[str, tuple[str, ...]] = {
    "blind-watermark": ("blind_watermark", "blind-watermark"),
    "invisible-watermark": ("imwatermark", "invisible-watermark dwtDct", "invisible-watermark dwtDctSvd"),
}


def methods() -> list[Method]:
    """Give all methods that are installed, and say which are not."""
    found = [Method("pictured", _hide, lambda pixels: read(pixels).key)]
    for package, (module, *names) in _PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{package} is not installed and is left out: pip install '.[bench]'")
        elif package == "blind-watermark":
            found.append(Method(names[0], _blind_hide, _blind_find))
        else:
            found += (_invisible(name) for name in names)
    return found


def _hide(pixels: Pixels, key: bytes) -> Pixels:
    return np.asarray(embed(pixels, key).picture, np.uint8)


def _blind_hide(pixels: Pixels, key: bytes) -> Pixels:
    from blind_watermark import WaterMark, bw_notes

    bw_notes.close()
    mark = WaterMark(password_wm=1, password_img=1)
    mark.read_img(img=_bgr(pixels))
    mark.read_wm(np.unpackbits(np.frombuffer(key, np.uint8)).astype(bool), mode="bit")
    return _bgr(np.clip(np.rint(mark.embed()), 0, 255).astype(np.uint8))


def _blind_find(pixels: Pixels) -> bytes | None:
    from blind_watermark import WaterMark

    mark = WaterMark(password_wm=1, password_img=1)
    return np.packbits(np.asarray(mark.extract(embed_img=_bgr(pixels), wm_shape=BITS, mode="bit")) > 0.5).tobytes()


def _invisible(name: str) -> Method:
    variant = name.rpartition(" ")[2]

    def hide(pixels: Pixels, key: bytes) -> Pixels:
        from imwatermark import WatermarkEncoder

        encoder = WatermarkEncoder()
        encoder.set_watermark("bytes", key)
        return _bgr(np.asarray(encoder.encode(_bgr(pixels), variant), np.uint8))

    def find(pixels: Pixels) -> bytes | None:
        from imwatermark import WatermarkDecoder

        return bytes(WatermarkDecoder("bytes", BITS).decode(_bgr(pixels), variant))

    return Method(name, hide, find)


def _bgr(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[..., ::-1])
