import math
from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageOps

from pictured.errors import Refused
from pictured.imaging.operations import Resize
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.loading import loaded, upright
from pictured.imaging.rendering.resizing import resized
from pictured.imaging.traits import Traits

KERNELS = ["nearest", "linear", "cubic", "mitchell", "lanczos2", "lanczos3"]
PILLOW = {"linear": Image.Resampling.BILINEAR, "cubic": Image.Resampling.BICUBIC, "lanczos3": Image.Resampling.LANCZOS}


def photo(width: int, height: int) -> Image.Image:
    rings = Image.radial_gradient("L").resize((width, height), Image.Resampling.BICUBIC)
    noise = Image.effect_noise((width // 4, height // 4), 60).resize((width, height), Image.Resampling.BICUBIC)
    return Image.merge("RGB", (rings, noise, ImageOps.invert(rings)))


def canvas_of(path: Path, frames: int = 1, *, streams: bool = True) -> Canvas:
    with Image.open(path) as image:
        kind, orientation = image.format or "", image.getexif().get(0x0112, 1)
        known = Traits(kind, *image.size, orientation, frames, 8, "rgb", False, False, None, None, 0, {})
    return loaded(path, known, streams=streams)


def saved(path: Path, image: Image.Image, **options: object) -> Canvas:
    image.save(path, **options)
    return canvas_of(path)


def psnr(made: pyvips.Image, expected: Image.Image) -> float:
    assert (made.width, made.height) == expected.size
    pairs = zip(bytes(made.write_to_memory()), expected.tobytes(), strict=True)
    error = sum((one - other) ** 2 for one, other in pairs) / (made.width * made.height * made.bands)
    return 10 * math.log10(255**2 / max(error, 1e-9))


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize("size", [(300, 200), (151, 77), (299, 20), (45, 30), (31, 33)])
def test_it_resamples_as_pillow_does(tmp_path: Path, kernel: str, size: tuple[int, int]) -> None:
    image = photo(300, 200)
    width, height = size
    operation = Resize(width=width, height=height, fit="stretch", kernel=kernel)
    made = resized(saved(tmp_path / "a.png", image), operation).image
    assert psnr(made, image.resize(size, PILLOW[kernel])) > 40


@pytest.mark.parametrize("kernel", ["linear", "cubic"])
def test_it_enlarges_as_pillow_does(tmp_path: Path, kernel: str) -> None:
    image = photo(120, 80)
    made = resized(saved(tmp_path / "a.png", image), Resize(width=301, enlarge=True, kernel=kernel)).image
    assert psnr(made, image.resize((301, 201), PILLOW[kernel])) > 45


def test_the_nearest_pixel_is_that_of_pillow(tmp_path: Path) -> None:
    image = photo(60, 40)
    made = resized(saved(tmp_path / "a.png", image), Resize(percent=300, enlarge=True, kernel="nearest")).image
    assert psnr(made, image.resize((180, 120), Image.Resampling.NEAREST)) > 90


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
@pytest.mark.parametrize(("width", "height"), [(960, 640), (967, 643)])
def test_what_its_decoder_reduces_looks_the_same(tmp_path: Path, suffix: str, width: int, height: int) -> None:
    canvas = saved(tmp_path / f"a.{suffix}", photo(width, height), quality=95)
    with Image.open(tmp_path / f"a.{suffix}") as image:
        expected = image.convert("RGB").resize((80, round(80 * height / width)), Image.Resampling.LANCZOS)
    assert psnr(resized(canvas, Resize(width=80)).image, expected) > 38


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_of_the_upright_picture(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = photo(90, 60)
    canvas = saved(tmp_path / "a.png", image, exif=exif)
    with Image.open(tmp_path / "a.png") as stored:
        expected = ImageOps.exif_transpose(stored)
    height = round(45 * expected.height / expected.width)
    made = upright(resized(canvas, Resize(width=45))).image
    assert psnr(made, expected.resize((45, height), Image.Resampling.LANCZOS)) > 40


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kernel_takes_every_kind_of_pixel(tmp_path: Path, kernel: str, mode: str) -> None:
    canvas = saved(tmp_path / "a.tif", Image.new(mode, (40, 30)))
    before = canvas.image
    # Rows go by once only.
    average = before.avg()
    for width in (9, 70):
        made = resized(canvas_of(tmp_path / "a.tif"), Resize(width=width, enlarge=True, kernel=kernel)).image
        assert (made.width, made.bands, made.format) == (width, before.bands, before.format)
        assert made.interpretation == before.interpretation
        assert made.avg() == average


def test_hidden_colours_do_not_show(tmp_path: Path) -> None:
    image = Image.new("RGBA", (40, 40), (0, 255, 0, 0))
    image.paste((200, 10, 10, 255), (0, 0, 20, 40))
    made = resized(saved(tmp_path / "a.png", image), Resize(width=7)).image
    red, green, _, alpha = made.getpoint(3, 3)
    assert abs(red - 200) <= 2
    assert abs(green - 10) <= 2
    assert 0 < alpha < 255


def test_sixteen_bits_are_not_rounded_to_eight(tmp_path: Path) -> None:
    image = Image.frombytes("I;16", (64, 64), b"".join((each * 3).to_bytes(2, "little") for each in range(4096)))
    made = resized(saved(tmp_path / "a.png", image), Resize(width=16)).image
    assert made.format == "ushort"
    assert len({made.getpoint(x, y)[0] % 256 for x in range(16) for y in range(16)}) > 20


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16"])
def test_linear_light_keeps_the_brightness_of_a_fine_pattern(tmp_path: Path, mode: str) -> None:
    most = 65535 if mode == "I;16" else 255
    image = Image.new(mode, (64, 64))
    for x in range(64):
        white = (255, 255, 255, 255) if mode == "RGBA" else most
        black = (0, 0, 0, 255) if mode == "RGBA" else 0
        image.paste(white if x % 2 else black, (x, 0, x + 1, 64))
    canvas = saved(tmp_path / "a.png", image)
    made = resized(canvas, Resize(width=8, linear_light=True)).image
    assert made.format == canvas.image.format
    assert made.getpoint(4, 4)[0] == pytest.approx(most * 188 / 255, rel=0.02)


def test_linear_light_of_cmyk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is CMYK"):
        resized(saved(tmp_path / "a.tif", Image.new("CMYK", (9, 9))), Resize(width=5, linear_light=True))


@pytest.mark.parametrize(("gravity", "left", "top"), [("top-left", 0, 0), ("centre", 15, 0), ("right", 30, 0)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_cover_keeps_the_part_that_is_asked_for(
    tmp_path: Path, gravity: str, left: int, top: int, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = photo(120, 60) if orientation == 1 else photo(60, 120)
    canvas = saved(tmp_path / "a.png", image, exif=exif)
    with Image.open(tmp_path / "a.png") as stored:
        expected = ImageOps.exif_transpose(stored).resize((60, 30), Image.Resampling.LANCZOS)
    made = resized(canvas, Resize(width=30, height=30, fit="cover", gravity=gravity))
    assert made.orientation == 1
    assert psnr(made.image, expected.crop((left, top, left + 30, top + 30))) > 38


def test_what_has_the_size_already_stays_untouched(tmp_path: Path) -> None:
    canvas = saved(tmp_path / "a.jpg", photo(40, 30))
    assert resized(canvas, Resize(long_edge=40)) is canvas
    assert not resized(canvas, Resize(long_edge=400)).touched


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_every_frame_is_resized_by_itself(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    colours = ("red", "lime", "blue")
    first, *others = (Image.new("RGB", (40, 30), colour) for colour in colours)
    first.save(path, save_all=True, append_images=others, duration=50, lossless=True)
    made = resized(canvas_of(path, frames=3), Resize(width=20)).image
    assert (made.height, made.get("page-height"), made.get("delay")) == (45, 15, [50, 50, 50])
    assert made.getpoint(10, 14)[:3] == [255, 0, 0]
    assert made.getpoint(10, 15)[:3] == [0, 255, 0]
    assert made.getpoint(10, 30)[:3] == [0, 0, 255]


def test_a_second_resize_goes_on_from_the_first(tmp_path: Path) -> None:
    canvas = saved(tmp_path / "a.jpg", photo(800, 400))
    made = resized(resized(canvas, Resize(width=400)), Resize(width=50)).image
    assert (made.width, made.height) == (50, 25)
