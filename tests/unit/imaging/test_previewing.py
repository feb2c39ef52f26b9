import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from pictured.errors import Refused, TooLarge, Truncated
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Preview
from pictured.imaging.previewing import drawn, full

Photo = Callable[[str], Image.Image]
LIMITS = DecodingLimits(pixels=10**7, memory=10**9)
MOST = 100_000


def saved(image: Image.Image, form: str = "PNG", **how: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **how)
    file.seek(0)
    return file


def seen(preview: Preview) -> Image.Image:
    with Image.open(io.BytesIO(preview.webp), formats=["WEBP"]) as image:
        assert image.size == (preview.width, preview.height)
        return image.convert("RGB")


def test_a_preview_is_small_and_in_colour(photo: Photo) -> None:
    coffee = photo("coffee")
    preview = drawn(saved(coffee, "JPEG", quality=95), LIMITS, 200, MOST)

    assert (preview.width, preview.height) == (200, 133)
    assert (preview.whole, preview.format) == (coffee.size, "JPEG")
    difference = np.asarray(seen(preview), float) - np.asarray(coffee.resize((200, 133), Image.Resampling.LANCZOS))
    assert np.abs(difference).mean() < 5


@pytest.mark.parametrize("most", [20_000, 4_000, 1_500])
def test_it_keeps_to_its_bytes(photo: Photo, most: int) -> None:
    preview = drawn(saved(photo("coffee")), LIMITS, 400, most)

    assert len(preview.webp) <= most
    assert preview.width >= 48


def test_what_cannot_be_so_small_is_as_small_as_it_gets(photo: Photo) -> None:
    preview = drawn(saved(photo("coffee")), LIMITS, 400, 10)

    assert max(preview.width, preview.height) == 48


def test_a_small_picture_is_not_enlarged() -> None:
    preview = drawn(saved(Image.new("RGB", (30, 20), "red")), LIMITS, 400, MOST)

    assert (preview.width, preview.height) == (30, 20)


def test_it_stands_upright() -> None:
    stored = Image.new("RGB", (60, 40), "white")
    stored.paste("black", (0, 0, 60, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    preview = drawn(saved(stored, "JPEG", exif=exif, quality=95), LIMITS, 400, MOST)

    # The upper edge as stored is the right one.
    picture = seen(preview).convert("L")
    assert picture.size == (40, 60)
    assert (picture.getpixel((36, 30)), picture.getpixel((4, 30))) == pytest.approx((0, 255), abs=12)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F", "LAB"])
def test_every_mode_is_shown(mode: str) -> None:
    ramp = np.tile(np.linspace(0, 255, 64), (48, 1))
    if mode == "I;16":
        image = Image.fromarray((ramp * 257).astype(np.uint16))
    elif mode in ("F", "1", "L", "LA", "P"):
        image = Image.fromarray(ramp.astype(np.uint8)).convert(mode)
    else:
        rgb = Image.fromarray(ramp.astype(np.uint8)).convert("RGB")
        image = Image.merge("LAB", rgb.split()) if mode == "LAB" else rgb.convert(mode)
    picture = seen(drawn(saved(image, "TIFF" if mode in ("CMYK", "F", "LAB") else "PNG"), LIMITS, 400, MOST))

    assert picture.size == (64, 48)
    shades = np.asarray(picture.convert("L"), float).mean(axis=0)
    assert shades[:8].mean() < 60
    assert shades[-8:].mean() > 195


def test_what_is_transparent_lies_on_white() -> None:
    picture = seen(drawn(saved(Image.new("RGBA", (20, 20), (255, 0, 0, 0))), LIMITS, 400, MOST))

    assert min(picture.getpixel((10, 10))) > 250  # type: ignore[arg-type, type-var]


def test_a_profile_is_brought_to_srgb_and_a_broken_one_does_no_harm(photo: Photo) -> None:
    small = photo("coffee").resize((60, 40))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for profile in (lab, b"no profile"):
        picture = seen(drawn(saved(small, icc_profile=profile), LIMITS, 400, MOST))
        assert np.abs(np.asarray(picture, float) - np.asarray(small)).mean() < 10


def test_every_pixel_is_given_as_it_is_upright_and_in_srgb(photo: Photo) -> None:
    coffee = photo("coffee")
    exif = Image.Exif()
    exif[0x0112] = 6
    decoded, image = full(saved(coffee, "PNG", exif=exif), LIMITS, 64, 10**7)

    assert (decoded.width, decoded.height) == image.size == coffee.size[::-1]
    assert np.array_equal(np.asarray(image), np.rot90(np.asarray(coffee), -1))


def test_a_grey_picture_of_16_bits_has_every_pixel_too() -> None:
    ramp = np.tile(np.linspace(0, 65535, 640).astype(np.uint16), (480, 1))
    _, image = full(saved(Image.fromarray(ramp)), LIMITS, 64, 10**7)

    assert (image.mode, image.size) == ("L", (640, 480))


def test_what_is_too_much_at_full_size_is_refused_before_it_is_decoded(photo: Photo) -> None:
    coffee = saved(photo("coffee"))
    with pytest.raises(TooLarge, match=r"has 0\.24 megapixels; at full size, no more than 0\.1 are shown"):
        full(coffee, LIMITS, 64, 100_000)
    coffee.seek(0)
    with pytest.raises(TooLarge, match=r"would need 2\.88 MB"):
        full(coffee, DecodingLimits(pixels=10**7, memory=2_000_000), 64, 10**7)


def test_what_cannot_be_read_is_refused(photo: Photo) -> None:
    half = saved(photo("coffee"), "JPEG").getvalue()

    with pytest.raises(Refused):
        drawn(io.BytesIO(b"no picture"), LIMITS, 100, MOST)
    with pytest.raises(Truncated):
        drawn(io.BytesIO(half[: len(half) // 2]), LIMITS, 100, MOST)
    with pytest.raises(TooLarge):
        drawn(saved(Image.new("L", (4000, 3000))), LIMITS, 100, MOST)
