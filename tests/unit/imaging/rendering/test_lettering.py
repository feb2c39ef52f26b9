import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import ImageFont

from pictured.errors import Refused, Unreadable
from pictured.imaging.rendering.lettering import lettered

NO_FONTS = (
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><cachedir>{}</cachedir></fontconfig>'
)
WITHOUT_FONTS = """
import sys
from pictured.errors import Refused
from pictured.imaging.rendering.lettering import lettered
try:
    drawn = lettered(sys.argv[1], 40, font="sans", font_file=None, align="left")
    print(drawn.width, drawn.height, drawn.max())
except Refused as error:
    print(error)
"""


@pytest.fixture
def font_file(tmp_path: Path) -> str:
    file = tmp_path / "font.ttf"
    font = ImageFont.load_default(10)
    assert isinstance(font, ImageFont.FreeTypeFont)
    file.write_bytes(font.font_bytes)
    return str(file)


def size(text: str, em: float = 40, font: str = "sans") -> tuple[int, int]:
    drawn = lettered(text, em, font=font, font_file=None, align="left")
    assert (drawn.bands, drawn.format) == (1, "uchar")
    return drawn.width, drawn.height


def test_letters_are_as_large_as_asked() -> None:
    assert 24 <= size("H")[1] <= 36
    assert size("H", 80)[1] == pytest.approx(2 * size("H")[1], abs=2)


@pytest.mark.parametrize("text", ["<b>", "a & b", "</span>", "&lt;"])
def test_markup_stays_text(text: str) -> None:
    assert size(text)[0] > size(text[:-1])[0]


@pytest.mark.parametrize(
    "text", ["שלום", "مرحبا", "王小明", "😀👩‍👩‍👧", "é", "\ufffd", "a\nb", "%d {x}", "\u202ea\u200b"]
)
def test_any_script_is_drawn_without_a_crash(text: str) -> None:
    assert min(size(text)) >= 1


@pytest.mark.parametrize("text", [" ", "\u202e\u200b"])
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="cannot be drawn"):
        size(text)


def test_a_font_file_is_used(font_file: str) -> None:
    by_file = lettered("Wag", 40, font="sans", font_file=font_file, align="left")
    assert by_file.max() == 255
    assert by_file.write_to_memory() != lettered("Wag", 40, font="sans", font_file=None, align="left").write_to_memory()


def test_a_font_file_that_is_not_there_or_no_font_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"font file .*none\.ttf"):
        lettered("a", 40, font="sans", font_file=str(tmp_path / "none.ttf"), align="left")
    (tmp_path / "text.ttf").write_text("not a font")
    with pytest.raises(Refused, match=r"text\.ttf is not a font"):
        lettered("a", 40, font="sans", font_file=str(tmp_path / "text.ttf"), align="left")


@pytest.mark.parametrize(("text", "told"), [("© 2024 Jane\nDoe", "255"), ("Ł", "no font is installed.*'Ł'.*font_file")])
def test_without_installed_fonts_the_built_in_one_is_used_as_far_as_it_goes(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(NO_FONTS.format(tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    done = subprocess.run([sys.executable, "-c", WITHOUT_FONTS, text], capture_output=True, text=True, check=True)
    assert re.search(told, done.stdout)
