"""Which names are left alone: globs, and extensions that clearly belong to something else than a picture."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from mimetypes import MimeTypes
from pathlib import PurePath
from typing import Self

from pictured.imaging.raw import RAW_EXTENSIONS

BUILT_IN = (
    ".*",
    ".pictured-*",
    "~$*",
    "*~",
    "*.tmp",
    "*.part",
    "*.partial",
    "*.crdownload",
    "*.download",
    "@eaDir",
    "#recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
    "__MACOSX",
    "lost+found",
    "Thumbs.db",
    "desktop.ini",
)
"""Always ignored: hidden files (so `.git`, `.Trashes`, `.syncthing.*`, `._*`), unfinished downloads, system folders."""

_PICTURES = (
    ".apng .avif .avifs .bmp .bw .cur .dcx .dds .dib .gif .heic .heics .heif .heifs .hif .icns .ico .im .j2c .j2k .jfif"
    " .jif .jp2 .jpc .jpe .jpeg .jpf .jpg .jpx .jxl .mpo .msp .pbm .pcd .pcx .pfm .pgm .pjp .pjpeg .png .pnm .ppm .psd"
    " .qoi .ras .rgb .rgba .sgi .tga .tif .tiff .webp .xbm .xpm"
)
PICTURE_EXTENSIONS = frozenset(_PICTURES.split()) | RAW_EXTENSIONS
"""Extensions of pictures, lower case with the dot: what Pillow knows, and camera raw files."""

# The standard library's own table differs between the versions of Python, so what people have beside their pictures
# is listed here too.
_OTHERS = (
    ".aae .afphoto .ai .cos .dop .eps .epsf .indd .ini .lnk .log .lock .lrcat .lrdata .md .on1 .pp3 .ps .svg .svgz .thm"
    " .toml .url .xcf .xmp .yaml .yml .3g2 .3gp .aac .avi .flac .flv .insv .lrv .m2ts .m4a .m4v .mkv .mov .mp4 .mpg"
    " .mts .mxf .ogg .ogv .opus .ts .wav .webm .wma .wmv .7z .apk .bz2 .db .dmg .doc .docx .exe .gz .iso .jar .json"
    " .pdf .ppt .pptx .rar .sqlite .sqlite3 .tar .tbz2 .tgz .txt .txz .xls .xlsx .xz .zip .zst"
)


def _of_another_kind() -> frozenset[str]:
    # An instance without files holds only the table that is built in, whatever the machine's mime.types says.
    table = MimeTypes(filenames=())
    typed = {extension for extension, kind in table.types_map[True].items() if not kind.startswith("image/")}
    return frozenset((typed | {*table.encodings_map, *table.suffix_map} | {*_OTHERS.split()}) - PICTURE_EXTENSIONS)


OTHER_EXTENSIONS = frozenset(extension.lower() for extension in _of_another_kind())
"""Extensions, lower case with the dot, that clearly say: text, sound, film, archive, program, drawing or sidecar."""


def may_be_picture(name: str) -> bool:
    """Say whether a file of that name is worth opening; a name without a known extension is."""
    _, dot, extension = name.rpartition(".")
    return not dot or f".{extension.lower()}" not in OTHER_EXTENSIONS


@dataclass(frozen=True, slots=True)
class Ignored:
    """Globs made ready. The built-in ones are always among them; upper and lower case are alike.

    A glob without a slash matches any one part of a path. A glob with a slash is anchored at the watched folder, and
    its `**` stands for any number of folders. What lies below a match is ignored with it.
    """

    names: re.Pattern[str]
    paths: re.Pattern[str] | None

    @classmethod
    def by(cls, globs: Iterable[str]) -> Self:
        """Compile `globs` together with `BUILT_IN`."""
        bare = [glob.rstrip("/") for glob in (*BUILT_IN, *globs)]
        anchored = [glob.strip("/") for glob in bare if "/" in glob]
        return cls(
            re.compile("|".join(translate(glob) for glob in bare if glob and "/" not in glob), re.IGNORECASE),
            re.compile(f"(?:{'|'.join(map(_anchored, anchored))})(?:/.*)?", re.IGNORECASE | re.DOTALL)
            if anchored
            else None,
        )

    def takes_name(self, name: str) -> bool:
        """Say whether one part of a path is ignored wherever it stands."""
        return self.names.match(name) is not None

    def takes_path(self, relative: str) -> bool:
        """Say whether an anchored glob matches a path relative to the watched folder, `/` between its parts."""
        return self.paths is not None and self.paths.fullmatch(relative) is not None

    def takes(self, name: str, inner: str) -> bool:
        """Say whether a name is ignored in the folder `inner`, relative to the watched folder, which is not itself."""
        if self.names.match(name) is not None:
            return True
        return self.paths is not None and self.takes_path(f"{inner}/{name}" if inner else name)


def _anchored(glob: str) -> str:
    parts = glob.split("/")
    pattern = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            pattern += ".*" if last else "(?:[^/]+/)*"
        else:
            pattern += _within_part(part) + ("" if last else "/")
    return pattern


def _within_part(glob: str) -> str:
    # fnmatch.translate() will not do: its `*` and `?` also match a slash.
    pattern, rest = "", glob
    while rest:
        bracket = re.match(r"\[!?\]?[^\]/]*\]", rest)
        if rest[0] in "*?":
            token, made = rest[0], "[^/]*" if rest[0] == "*" else "[^/]"
        elif bracket:
            token = bracket[0]
            inner = token[1:-1].replace("\\", r"\\").replace("^", r"\^")
            made = f"[^/{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
        else:
            token, made = rest[0], re.escape(rest[0])
        pattern, rest = pattern + made, rest[len(token) :]
    return pattern


@lru_cache(maxsize=64)
def _ready(globs: tuple[str, ...]) -> Ignored:
    return Ignored.by(globs)


def ignored(relative: PurePath, globs: Sequence[str] = ()) -> bool:
    """Say whether a path relative to its watched folder is left alone, by itself or by a folder that it lies in."""
    ready = _ready(tuple(globs))
    return any(map(ready.takes_name, relative.parts)) or ready.takes_path(relative.as_posix())
