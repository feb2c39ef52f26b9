from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from pictured.disk.reading import stamp_of
from pictured.flow import Detail
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.detail import Copy, detail
from pictured.indexing.predicting import DEAD_BAND

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)
NAMES = ("astronaut", "coffee", "chelsea", "china", "flower")
Photo = Callable[[str], Image.Image]


def saved(path: Path, image: Image.Image, quality: int = 95) -> Copy:
    image.save(path, quality=quality)
    return Copy(path, stamp_of(path), *image.size)


def opened(copy: Copy) -> Image.Image:
    with Image.open(copy.path) as image:
        return image.convert("RGB")


def scaled(image: Image.Image, factor: float) -> Image.Image:
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)


def measured(*copies: Copy) -> list[Detail]:
    found = detail(copies, LIMITS)
    assert all(found)
    return [each for each in found if each]


def richness(*copies: Copy) -> list[float]:
    return [each.richness for each in measured(*copies) if each.richness is not None]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "made",
    [
        lambda image: scaled(image, 0.5),
        lambda image: scaled(image, 1.3),
        lambda image: scaled(image, 2),
        lambda image: scaled(scaled(image, 0.5), 2.6).filter(ImageFilter.UnsharpMask(2, 150, 2)),
        lambda image: scaled(scaled(image, 0.5), 2),
        lambda image: image.filter(ImageFilter.GaussianBlur(1)),
        lambda image: image.filter(ImageFilter.UnsharpMask(2, 150, 2)),
        lambda image: scaled(image, 1.5).filter(ImageFilter.UnsharpMask(2, 150, 2)),
    ],
    ids=["half", "enlarged", "doubled", "enlarged-from-half", "half-and-back", "blurred", "sharpened", "both"],
)
def test_a_copy_that_was_made_of_a_picture_holds_less(
    photo: Photo, tmp_path: Path, name: str, made: Callable[[Image.Image], Image.Image]
) -> None:
    source = saved(tmp_path / "source.jpg", photo(name), quality=85)
    copy = saved(tmp_path / "copy.jpg", made(opened(source)), quality=95)
    first, second = richness(source, copy)
    assert first - second > DEAD_BAND


@pytest.mark.parametrize("name", NAMES)
def test_a_coarse_coding_is_remembered_by_every_later_copy(photo: Photo, tmp_path: Path, name: str) -> None:
    source = saved(tmp_path / "source.jpg", scaled(photo(name), 0.8), quality=90)
    coarse = saved(tmp_path / "coarse.jpg", opened(source), quality=30)
    again = saved(tmp_path / "again.jpg", opened(coarse), quality=95)
    lossless = saved(tmp_path / "lossless.png", opened(coarse))
    best, *others = measured(source, coarse, again, lossless)
    assert all(best.quantiser < 0.3 * other.quantiser for other in others)


@pytest.mark.parametrize("name", NAMES)
def test_a_lossless_copy_of_fine_pixels_is_no_finer(photo: Photo, tmp_path: Path, name: str) -> None:
    source = saved(tmp_path / "source.jpg", scaled(photo(name), 0.8), quality=96)
    one, other = measured(source, saved(tmp_path / "copy.png", opened(source)))
    assert one.quantiser == other.quantiser
    assert one.richness == pytest.approx(other.richness, abs=0.05)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_richest_of_many_does_not_depend_on_their_order(
    photo: Photo, tmp_path: Path, order: tuple[int, ...]
) -> None:
    source = saved(tmp_path / "0.jpg", photo("china"), quality=90)
    image = opened(source)
    copies = [
        source,
        saved(tmp_path / "1.jpg", scaled(image, 0.5)),
        saved(tmp_path / "2.jpg", scaled(scaled(image, 0.5), 2.6)),
        saved(tmp_path / "3.jpg", image.filter(ImageFilter.GaussianBlur(1))),
    ]
    found = richness(*(copies[each] for each in order))
    assert order[found.index(max(found))] == 0
    assert max(found) == 0
    assert sorted(found)[-2] < -DEAD_BAND


def test_lost_colours_are_seen(photo: Photo, tmp_path: Path) -> None:
    image = photo("astronaut")
    colour, grey = measured(saved(tmp_path / "1.jpg", image), saved(tmp_path / "2.jpg", image.convert("L")))
    assert colour.colour > 5
    assert grey.colour < 1


def test_what_cannot_be_compared_has_no_richness(photo: Photo, tmp_path: Path) -> None:
    image = photo("astronaut")
    found = measured(saved(tmp_path / "1.jpg", image), saved(tmp_path / "2.jpg", photo("coffee").resize(image.size)))
    assert None in [each.richness for each in found]
    tiny = Image.new("RGB", (1, 5000), "red"), Image.new("RGB", (20, 20), "red")
    found = measured(*(saved(tmp_path / f"{each.width}.png", each) for each in tiny))
    assert [each.richness for each in found] == [None, None]


def test_pictures_of_one_colour_are_equal(tmp_path: Path) -> None:
    flat = [saved(tmp_path / f"{side}.png", Image.new("RGB", (side, side), "red")) for side in (100, 200)]
    assert [each.richness for each in measured(*flat)] in ([0, None], [None, 0], [None, None])


def test_a_file_that_is_gone_or_damaged_leaves_the_others_comparable(photo: Photo, tmp_path: Path) -> None:
    good, gone = (saved(tmp_path / f"{name}.jpg", photo("coffee")) for name in ("good", "gone"))
    gone.path.unlink()
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(good.path.read_bytes()[:2000])
    found = detail([gone, good, Copy(broken, stamp_of(broken), 600, 400)], LIMITS)
    assert (found[0], found[2]) == (None, None)
    assert found[1] is not None
    assert found[1].richness == 0
