"""The command that puts tiles together again: `untile`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, optional, settings_of
from pictured.cli.showing import console, plain, print_line
from pictured.disk.creating import created
from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged, stamp_of
from pictured.errors import FileError, TooLarge, UsageError, Vanished

if TYPE_CHECKING:
    from pictured.imaging.rendering.layout import Layout

_KINDS = {".png": "png", ".tif": "tiff", ".tiff": "tiff"}
_LONGEST = 16_000_000
"""Bytes of a manifest; one with 10,000 tiles has 3 MB."""
_EXTRAS = 64_000_000
"""Bytes that a tile's file may have beyond its pixels, for metadata."""


def untile(
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST", help="The manifest.json beside the tiles, or their folder.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The picture to make, .png or .tif; by default beside the manifest, with the name of the picture that "
            "was cut. Nothing is overwritten.",
        ),
    ] = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Put the tiles of a picture together again, as the action `tile` of a rule cut it.

    From tiles that were stored without loss the picture comes back exactly, and that is proven before it gets its
    name; else the answer says that it is not the same. The profile and EXIF fields of the tiles are kept.

    Examples: `pictured untile Tiles/holiday/manifest.json`,
    `pictured untile Tiles/holiday/manifest.json --out holiday.tif`
    """
    limits = settings_of(optional(config)).limits
    _require_ending(out)
    # pyvips, numpy and the models are loaded for this command only, not for the table of commands
    from pictured.imaging.rendering.layout import layout  # noqa: PLC0415
    from pictured.imaging.rendering.untiling import store, untiled  # noqa: PLC0415

    if manifest.is_dir():
        manifest /= "manifest.json"
    content = _read(manifest, _LONGEST)
    with _named(manifest):
        described = layout(content, int(limits.megapixels * 1_000_000))
    target = out or manifest.with_name(_name(described))
    kind = _KINDS[target.suffix.lower()]
    if described.mode in ("cmyk", "lab") and kind == "png":
        raise UsageError(f"{shown(target)} cannot hold {described.mode.upper()} colours; choose a .tif")
    with created(target) as temporary, _named(manifest):
        picture = untiled(described, lambda name: _tile(manifest, name, described))
        store(picture, kind, temporary)
    _tell(target, described, exact=picture.exact, json_lines=json_lines)


@contextmanager
def _named(manifest: Path) -> Iterator[None]:
    try:
        yield
    except FileError as error:
        raise type(error)(f"{shown(manifest)} {error}") from error


def _require_ending(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in _KINDS:
        raise UsageError(f"--out {shown(out)} has to end in .png or .tif, which lose nothing")


def _name(described: "Layout") -> str:
    return Path(described.source).stem + (".tif" if described.mode in ("cmyk", "lab") else ".png")


def _tile(manifest: Path, name: str, described: "Layout") -> bytes:
    sample = described.bands * described.bit_depth // 8
    pixels = max(described.tile.width * described.tile.height, described.width * described.height)
    try:
        return _read(manifest.with_name(name), pixels * sample * 2 + _EXTRAS)
    except Vanished as error:
        raise Vanished(f"names the tile {shown(name)}, which is missing; put it back beside it.") from error
    except FileError as error:
        raise type(error)(f"names a tile that cannot be used: {error}") from error


def _read(path: Path, most: int) -> bytes:
    stamp = stamp_of(path)
    if stamp.size > most:
        raise TooLarge(f"{shown(path)} has {stamp.size} bytes, more than it can need.")
    with open_unchanged(path, stamp) as file:
        return file.read()


def _tell(target: Path, described: "Layout", *, exact: bool, json_lines: bool) -> None:
    if json_lines:
        told = {"untiled": str(target), "width": described.width, "height": described.height}
        print_line({**told, "tiles": len(described.tiles), "exact": exact, "error": None})
        return
    verdict = "exactly the pixels that were cut" if exact else "not the same pixels: the tiles were stored with loss"
    console().print(
        f"[green]made[/green] {plain(target)}  {described.width} x {described.height} "
        f"from {len(described.tiles)} tiles [dim]({verdict})[/dim]"
    )
