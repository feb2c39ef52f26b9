import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from PIL import Image

from pictured.errors import Changed, ExitCode, FileError, Refused, UsageError

KEY = bytes(range(32)).hex()
Run = Callable[..., Result]
Draw = Callable[..., Path]


@pytest.fixture
def source(draw: Draw, tmp_path: Path) -> Path:
    return draw(tmp_path / "a.jpg", "china", width=420)


def error(result: Result) -> str:
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == ExitCode.USAGE
    return str(result.exception)


def test_a_key_goes_in_and_comes_out(pictured: Run, source: Path, tmp_path: Path) -> None:
    made = json.loads(pictured("mark", "embed", "--json", "--key", KEY, source, tmp_path / "b.png").stdout)
    assert made["key"] == KEY
    assert made["ssim"] > 0.98
    found = json.loads(pictured("mark", "read", "--json", "--workers", 1, tmp_path / "b.png").stdout)
    assert list(found) == [
        *("path", "key", "bits", "margin_db", "rotation_deg", "scale", "mirrored", "confidence", "error"),
    ]
    assert (found["key"], found["bits"], found["mirrored"], found["error"]) == (KEY, 256, False, None)
    assert found["margin_db"] > 2


def test_people_get_sentences(pictured: Run, source: Path, tmp_path: Path) -> None:
    said = pictured("mark", "embed", "--key", KEY[:32], source, tmp_path / "b.jpg").stdout
    assert "marked" in said
    assert "margin" in said
    said = pictured("mark", "read", tmp_path).stdout
    assert "a.jpg: no mark" in said
    assert KEY[:32] in said


def test_a_mark_that_a_jpeg_would_destroy_is_made_and_told(pictured: Run, source: Path, tmp_path: Path) -> None:
    Image.new("RGB", (384, 512)).save(tmp_path / "black.png")
    made = pictured("mark", "embed", "--key", KEY, tmp_path / "black.png", tmp_path / "b.png")
    assert made.exit_code == ExitCode.OK
    assert made.stderr.count("\n") == 1
    assert "b.png: its mark is weak: a JPEG of quality 75 may destroy it" in made.stderr
    assert not pictured("mark", "embed", "--key", KEY, source, tmp_path / "c.png").stderr


def test_metadata_stay(pictured: Run, source: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "An Artist"
    with Image.open(source) as image:
        image.save(source, exif=exif, icc_profile=None)
    for ending in (".jpg", ".webp"):
        assert pictured("mark", "embed", "--key", KEY[:16], source, tmp_path / f"b{ending}").exit_code == 0
        with Image.open(tmp_path / f"b{ending}") as image:
            assert image.getexif()[0x013B] == "An Artist"


def test_a_secret_is_needed_to_read(pictured: Run, source: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("ten years\n")
    (tmp_path / "key").write_text(KEY)
    secret = ("--secret-file", tmp_path / "secret")
    pictured("mark", "embed", "--key-file", tmp_path / "key", *secret, source, tmp_path / "b.jpg")
    asked = ("mark", "read", "--json", "--workers", 1)
    assert json.loads(pictured(*asked, *secret, tmp_path / "b.jpg").stdout)["key"] == KEY
    assert json.loads(pictured(*asked, tmp_path / "b.jpg").stdout)["key"] is None


def test_nothing_is_overwritten_and_nothing_is_left_half_written(pictured: Run, source: Path, tmp_path: Path) -> None:
    before = source.read_bytes()
    assert isinstance(pictured("mark", "embed", "--key", KEY, source, source).exception, Changed)
    assert source.read_bytes() == before
    Image.new("RGB", (300, 200), "white").save(tmp_path / "white.png")
    result = pictured("mark", "embed", "--key", KEY, tmp_path / "white.png", tmp_path / "b.png")
    assert isinstance(result.exception, Refused)
    assert "white.png is too plain" in str(result.exception)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.jpg", "white.png"]


def test_a_marked_picture_needs_replace(pictured: Run, source: Path, tmp_path: Path) -> None:
    pictured("mark", "embed", "--key", KEY, source, tmp_path / "b.png")
    again = ("mark", "embed", "--key", "11" * 32, tmp_path / "b.png", tmp_path / "c.png")
    refused = pictured(*again).exception
    assert isinstance(refused, Refused)
    assert f"has the mark {KEY} already" in str(refused)
    assert not (tmp_path / "c.png").exists()
    assert KEY in pictured(*again, "--replace").stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--key", "1234"), "the key has 16 bits"),
        (("--key", "xyz"), "not in hex digits"),
        (("--key", KEY, "--bits", "128"), "the key has 256 bits; it must have 128 bits"),
        (("--key", KEY, "--bits", "100"), "--bits 100 is not possible"),
        ((), "name either --key or --key-file"),
    ],
)
def test_keys_that_cannot_be_are_told(options: tuple[str, ...], reason: str, pictured: Run, tmp_path: Path) -> None:
    assert reason in error(pictured("mark", "embed", *options, tmp_path / "a.jpg", tmp_path / "b.jpg"))


def test_other_faults_of_the_command_line_are_told(pictured: Run, source: Path, tmp_path: Path) -> None:
    assert "has to end in" in error(pictured("mark", "embed", "--key", KEY, source, tmp_path / "b.gif"))
    (tmp_path / "empty").touch()
    assert "is empty" in error(pictured("mark", "read", "--secret-file", tmp_path / "empty", source))


def test_a_file_that_is_no_picture_fails_alone(pictured: Run, source: Path, tmp_path: Path) -> None:
    (tmp_path / "b.jpg").write_text("no picture")
    result = pictured("mark", "read", "--json", "--workers", 1, tmp_path / "b.jpg", source)
    assert result.exit_code == ExitCode.SOME_FAILED
    assert [bool(json.loads(line)["error"]) for line in result.stdout.splitlines()] == [True, False]


def _animated(file: Path) -> None:
    frames = [Image.effect_noise((200, 150), sigma) for sigma in (20, 40)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)


def _cut_short(file: Path) -> None:
    Image.effect_noise((300, 200), 40).save(file, "JPEG")
    file.write_bytes(file.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda _: None, "in"),
        (lambda file: file.write_text("no picture"), "is not a picture"),
        (_cut_short, "in"),
        (_animated, "is animated; a mark takes still pictures only"),
        (lambda file: Image.effect_noise((300, 90), 40).save(file, "PNG"), "is smaller than 128 pixels a side"),
        (lambda file: Image.new("RGB", (400, 300), "white").save(file, "PNG"), "is too plain or too small"),
    ],
    ids=["missing", "text", "cut short", "animated", "small", "plain"],
)
def test_what_cannot_be_marked_fails_as_a_file_and_leaves_nothing(
    write: Callable[[Path], object], reason: str, pictured: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    write(folder / "in")
    before = sorted(folder.iterdir())
    result = pictured("mark", "embed", "--key", KEY, folder / "in", folder / "out.png")
    assert isinstance(result.exception, FileError)
    assert result.exception.exit_code == ExitCode.SOME_FAILED
    assert reason in str(result.exception)
    assert sorted(folder.iterdir()) == before
