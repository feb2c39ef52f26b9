"""What the libraries that read, draw and write pictures can do on this machine."""

from dataclasses import dataclass

_FEATURES = {"jpg": "JPEG", "zlib": "PNG", "webp": "WebP", "avif": "AVIF", "libtiff": "TIFF", "jpg_2000": "JPEG 2000"}
_EM = 40


@dataclass(frozen=True, slots=True)
class Engine:
    """A library.

    version   of the library, None where it cannot be loaded
    missing   formats that it should know and does not
    compiled  whether it is called by code that was compiled for it, and not by code that is put together as it runs,
              which hardened services forbid
    """

    name: str
    version: str | None
    missing: tuple[str, ...] = ()
    compiled: bool = True


def pillow() -> Engine:
    """Look at Pillow, which reads every picture, and at pillow-heif beside it."""
    from PIL import __version__, features  # noqa: PLC0415  whoever asks for one engine loads that one

    missing = [name for feature, name in _FEATURES.items() if not features.check(feature)]
    try:
        import pillow_heif  # noqa: F401, PLC0415
    except ImportError:
        missing.append("HEIC")
    return Engine("Pillow", __version__, tuple(missing))


def vips() -> Engine:
    """Look at libvips, which carries out rules."""
    try:
        import pyvips  # noqa: PLC0415
    except (ImportError, OSError):
        return Engine("libvips", None)
    wanted = {"jpegsave": "JPEG", "pngsave": "PNG", "webpsave": "WebP", "heifsave": "AVIF", "tiffsave": "TIFF"}
    missing = [name for operation, name in wanted.items() if pyvips.type_find("VipsOperation", operation) == 0]
    version = ".".join(str(pyvips.version(part)) for part in range(3))
    return Engine("libvips", version, tuple(missing), compiled=bool(pyvips.API_mode))


def fonts() -> bool:
    """Say whether any font is installed. Raises ImportError or OSError where libvips cannot be loaded."""
    import pyvips  # noqa: PLC0415

    # Without any font, every letter is the same empty box.
    first, second = (pyvips.Image.text(letter, font=f"sans {_EM}", dpi=72) for letter in "IW")
    return bool(first.write_to_memory() != second.write_to_memory())
