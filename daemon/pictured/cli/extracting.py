"""The command that reads embedded data back: `extract`."""

import base64
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption
from pictured.cli.showing import console, plain, print_line
from pictured.disk.creating import created
from pictured.disk.faults import translated
from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged, stamp_of
from pictured.errors import FileError, Refused, UsageError
from pictured.imaging.rendering.envelopes import is_encrypted, opened
from pictured.imaging.rendering.labelling import payload_of

_LONGEST_KEY = 1 << 20


def extract(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A picture with embedded data.")],
    key_file: Annotated[
        Path | None, typer.Option("--key-file", metavar="KEY", help="The key file that they were encrypted with.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write them to a new file; nothing is overwritten.")
    ] = None,
    config: ConfigOption = None,  # noqa: ARG001  every command takes it
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Read the data that the action `embed` put into a picture; they go to standard output, or to --out.

    Examples: `pictured extract photo.jpg`, `pictured extract photo.jpg --key-file key --out note.txt`
    """
    envelope = _envelope(file)
    try:
        data = opened(envelope, _key(key_file))
    except FileError as error:
        raise type(error)(f"{shown(file)} {error}") from error
    if out is not None:
        with created(out) as temporary:
            temporary.write_bytes(data)
    if json_lines:
        told = {"path": str(file), "bytes": len(data), "encrypted": is_encrypted(envelope)}
        print_line(told | ({"data": base64.b64encode(data).decode()} if out is None else {"out": str(out)}))
    elif out is not None:
        console().print(f"{plain(str(out))}  {len(data)} bytes")
    else:
        typer.echo(data, nl=False)


def _envelope(file: Path) -> bytes:
    with open_unchanged(file, stamp_of(file)) as picture:
        try:
            envelope = payload_of(picture)
        except FileError as error:
            raise type(error)(f"{shown(file)} {error}") from error
    if envelope is None:
        raise Refused(f"{shown(file)} has no embedded data; `pictured extract` reads what the action embed wrote.")
    return envelope


def _key(file: Path | None) -> bytes | None:
    if file is None:
        return None
    with translated(file), file.open("rb") as key:
        found = key.read(_LONGEST_KEY + 1)
    if len(found) > _LONGEST_KEY:
        raise UsageError(f"--key-file {shown(file)} has more than {_LONGEST_KEY} bytes; name the key file")
    return found
