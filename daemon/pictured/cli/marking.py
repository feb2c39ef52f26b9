"""The commands of the invisible mark: `mark embed`, `mark read` and `mark find`."""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from pictured.cli.options import ConfigOption, JsonOption, index, optional, settings_of, state
from pictured.cli.showing import complain, console, end, follow, plain, print_line
from pictured.disk.creating import created
from pictured.disk.faults import translated
from pictured.disk.paths import real, shown
from pictured.disk.reading import stamp_of
from pictured.errors import UsageError
from pictured.service.reports import Line

if TYPE_CHECKING:
    from pictured.imaging.rendered import Made

app = typer.Typer(
    no_args_is_help=True, help="Hide a key in the pixels of a picture, where it survives, and read it back."
)

SecretOption = Annotated[
    Path | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        help="Any bytes that only you know (a line end at their end does not count): only who has them reads the mark. "
        "Without it everybody can.",
    ),
]

_KINDS = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".webp": "webp",
    ".avif": "avif",
    ".tif": "tiff",
    ".tiff": "tiff",
}
_LONGEST = 1 << 20


@app.command()
def embed(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A picture.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The marked picture; nothing is overwritten.")],
    key: Annotated[str | None, typer.Option("--key", metavar="HEX", help="The key: 64, 32 or 16 hex digits.")] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", metavar="FILE", help="A file with the key, as hex digits or as bytes.")
    ] = None,
    bits: Annotated[
        int | None, typer.Option("--bits", metavar="256|128|64", help="Size of the key; as long as it is by default.")
    ] = None,
    secret_file: SecretOption = None,
    quality: Annotated[
        int | None, typer.Option("--quality", min=1, max=100, help="Of a lossy OUT; as good as IN by default.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Mark a picture that has a mark already.")] = False,  # noqa: FBT002  typer reads options from the signature
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Hide a key in a picture. The mark is as strong as the eye allows, and is read back from OUT before OUT is kept.

    OUT is a JPEG, PNG, WebP, AVIF or TIFF by its name, with all metadata of IN. Half as long a key is heard through
    1.5 to 2 times as much damage, so that 128 or 64 bits suit small pictures. Where a JPEG of quality 75 may
    destroy the mark, standard error says so.

    Examples: `pictured mark embed --key-file key photo.jpg marked.jpg`,
    `pictured mark embed --key 00112233445566778899aabbccddeeff small.png marked.png`
    """
    _one_thread()
    wanted = _key(key, key_file, bits)
    secret = _secret(secret_file)
    kind = _KINDS.get(target.suffix.lower())
    if kind is None:
        raise UsageError(f"{shown(target)} has to end in .jpg, .png, .webp, .avif or .tif")
    limits = settings_of(optional(config)).limits
    from pictured.imaging.operations import Encoding  # noqa: PLC0415  the engines are loaded for this command only
    from pictured.imaging.operations.invisible_mark import InvisibleMark  # noqa: PLC0415
    from pictured.service.staffing import rendering_limits  # noqa: PLC0415

    coding = Encoding(format=kind, quality=quality)
    mark = InvisibleMark(key=wanted, secret=secret, replace=replace)
    allowed = rendering_limits(limits).decoding
    with created(target) as temporary, tempfile.TemporaryDirectory(prefix="pictured-") as folder:
        from pictured.imaging.rendered import Order  # noqa: PLC0415
        from pictured.rules.examining import examine  # noqa: PLC0415
        from pictured.rules.rendering import render  # noqa: PLC0415

        stamp = stamp_of(source)
        order = Order(source, examine(source, stamp, allowed), (mark, coding), Path(folder))
        done = render(order, stamp, allowed)
        made = done.made[0]
        with translated(target, writing=True):
            shutil.copyfile(made.file, temporary)
    notes = dict(done.notes)
    [margin] = cast("list[float]", notes["read_back"]["margins_db"])
    told = {**notes["invisible_mark"], "margin_db": margin}
    _register(source, target, str(notes["invisible_mark"]["key"]), config)
    _tell(source, target, made, told, json_lines=json_lines)
    if told.get("weak"):
        complain(str(target), "its mark is weak: a JPEG of quality 75 may destroy it; use fewer bits or a larger copy.")


@app.command()
def read(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="Pictures, and folders of pictures.")],
    secret_file: SecretOption = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=256, help="Processes that read.")] = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Read the keys hidden in pictures. Neither the original nor how a picture was changed needs to be known.

    A picture without a readable mark has no key; that is no error. `margin_db` tells how much worse it could have been.

    Examples: `pictured mark read found.jpg`, `pictured mark read --json Downloads/ | jq 'select(.key)'`
    """
    from pictured.service.reading_marks import read_marks  # noqa: PLC0415

    secret = _secret(secret_file)
    asked = [real(path) if path.is_dir() else real(path.parent) / path.name for path in paths]
    lines = read_marks(asked, secret, settings_of(optional(config), workers))
    end(failed=follow(lines, _show, json_lines=json_lines))


@app.command()
def find(
    key: Annotated[str, typer.Argument(metavar="HEX", help="A key, or its beginning.")],
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """List the pictures that were given a key, by a rule or by `mark embed`: which original is a stray picture?

    Examples: `pictured mark find 0011223344556677`, `pictured mark read stray.jpg --json | jq -r .key`
    """
    from pictured.service.registering import registered  # noqa: PLC0415

    if re.fullmatch("[0-9a-fA-F]{1,64}", key) is None:
        raise UsageError("the key is not in hex digits (0 to 9, a to f)")
    with closing(index(config)) as db:
        found = list(registered(db, key.lower()))
    for line in found:
        if json_lines:
            print_line(line)
        else:
            console().print(f"{plain(line['path'])}  {line['key']}  [dim](by {plain(line['by'])})[/dim]")
    if not found and not json_lines:
        console().print("No picture was given this key.")


def _register(source: Path, target: Path, key: str, config: Path | None) -> None:
    from pictured.service.jobs import NoteMark  # noqa: PLC0415  loaded where it is needed
    from pictured.service.registering import note  # noqa: PLC0415

    with source.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    paths = (real(path.parent) / path.name for path in (source, target))
    asyncio.run(note(state(), settings_of(optional(config)).shared, NoteMark(key, digest, *paths)))


def _key(key: str | None, file: Path | None, bits: int | None) -> bytes:
    from pictured.marking.keys import fault_of, key_of  # noqa: PLC0415
    from pictured.marking.message import SIZES  # noqa: PLC0415

    if bits is not None and bits not in SIZES:
        raise UsageError(f"--bits {bits} is not possible; choose 256, 128 or 64")
    if key is not None and file is None:
        try:
            found = bytes.fromhex(key)
        except ValueError:
            raise UsageError("--key is not in hex digits (0 to 9, a to f, two for each byte)") from None
    elif file is not None and key is None:
        found = key_of(_bytes(file))
    else:
        raise UsageError("name either --key or --key-file")
    if fault := fault_of(found, (bits,) if bits else SIZES):
        raise UsageError(f"the key {fault}")
    return found


def _secret(file: Path | None) -> bytes | None:
    from pictured.marking.keys import secret_of  # noqa: PLC0415

    if file is None:
        return None
    secret = secret_of(_bytes(file))
    if not secret:
        raise UsageError(f"--secret-file {shown(file)} is empty; put some random bytes into it")
    return secret


def _bytes(file: Path) -> bytes:
    with translated(file), file.open("rb") as content:
        found = content.read(_LONGEST + 1)
    if len(found) > _LONGEST:
        raise UsageError(f"{shown(file)} has more than {_LONGEST} bytes; name the right file")
    return found


def _one_thread() -> None:
    # Threads of the linear algebra cost more than they save on arrays of this size.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VIPS_CONCURRENCY"):
        os.environ.setdefault(name, "1")


def _tell(source: Path, target: Path, made: "Made", told: Line, *, json_lines: bool) -> None:
    if json_lines:
        print_line({"path": str(source), "marked": str(target), "bytes": made.size, **told, "error": None})
        return
    before = f", in place of {told['replaced']}" if told["replaced"] else ""
    console().print(
        f"[green]marked[/green] {plain(target)}  margin {told['margin_db']} dB "
        f"[dim](PSNR {told['psnr']} dB, SSIM {told['ssim']}{before})[/dim]"
    )


def _show(line: Line) -> None:
    if "key" not in line or line["error"]:
        return
    if line["key"] is None:
        console().print(f"{plain(line['path'])}: [dim]no mark[/dim]")
        return
    turned = f"turned {line['rotation_deg']:g} degrees{', mirrored' if line['mirrored'] else ''}"
    console().print(f"{plain(line['path'])}  {line['key']}  [dim](margin {line['margin_db']} dB, {turned})[/dim]")
