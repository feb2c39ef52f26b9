from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from pictured.flow import Fingerprint, Kind, Transform
from pictured.looks import PARTS, Depth, Probe
from pictured.matching.effort import MOST, Effort
from pictured.matching.finding import find, likely
from pictured.matching.found import Found
from pictured.matching.guessing import guesses, unprompted
from pictured.matching.index import Entry, Index
from pictured.matching.orienting import ORIENTATIONS, oriented
from pictured.matching.proving import prove
from pictured.matching.scales import SCALES, Measure
from pictured.matching.settings import Limit

NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
SOME = ("astronaut", "coffee", "chelsea", "china")
Photo = Callable[[str], Image.Image]
Read = Callable[..., Fingerprint]
Ask = Callable[..., Probe]
Indexed = Callable[[Mapping[int, Fingerprint]], Index]
Library = Mapping[int, Fingerprint]
Search = Callable[..., list[Found]]


@pytest.fixture
def search(indexed: Indexed) -> Search:
    def searched(probe: Probe, contents: Library, limits: Mapping[Measure, Limit] | None = None) -> list[Found]:
        exact = {content.digest: number for number, content in contents.items()}.get(probe.digest)
        return list(find(probe, indexed(contents), lambda _: contents, lambda those: those, exact, limits))

    return searched


def told(found: list[Found]) -> list[tuple[int, Kind]]:
    return [(each.content, each.kind) for each in found]


def gamma(image: Image.Image, exponent: float) -> Image.Image:
    return image.point([round(255 * (value / 255) ** exponent) for value in range(256)] * 3)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda image: image,
        lambda image: image.resize((160, round(160 * image.height / image.width))),
    ],
    ids=["coarse", "small"],
)
def test_a_poor_copy_finds_its_original_and_nothing_else(
    photo: Photo, ask: Ask, library: Library, search: Search, name: str, damage: Callable[[Image.Image], Image.Image]
) -> None:
    found = search(ask(damage(photo(name)), quality=35), library)

    assert told(found) == [(NAMES.index(name), Kind.SAME)]
    assert found[0].transform.orientation == 1
    assert found[0].transform.box == pytest.approx((0, 0, 1, 1), abs=0.02)
    assert found[0].transform.scale == pytest.approx(damage(photo(name)).width / photo(name).width, rel=0.03)
    assert 0.5 < found[0].confidence < 1


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("exponent", [0.6, 1.6])
def test_a_brighter_or_darker_copy_is_the_same_picture(
    photo: Photo, ask: Ask, library: Library, search: Search, name: str, exponent: float
) -> None:
    assert told(search(ask(gamma(photo(name), exponent)), library)) == [(NAMES.index(name), Kind.SAME)]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "rocket"])  # half of the rocket is a black sky
def test_half_of_a_picture_finds_the_whole(photo: Photo, ask: Ask, library: Library, search: Search, name: str) -> None:
    box = (0.12, 0.1, 0.84, 0.8)
    part = photo(name).crop(tuple(round(s * n) for s, n in zip(box, photo(name).size * 2, strict=True)))

    found = search(ask(part), library)

    assert told(found) == [(NAMES.index(name), Kind.EDITED)]
    assert found[0].transform.box == pytest.approx(box, abs=0.02)
    assert found[0].shown == pytest.approx(1 / (0.72 * 0.7), rel=0.1)


def turned(image: Image.Image, angle: float) -> Image.Image:
    return image.rotate(-angle, Image.Resampling.BICUBIC)


def turned_whole(image: Image.Image, angle: float) -> Image.Image:
    return image.rotate(-angle, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def turned_and_cut(image: Image.Image, angle: float) -> Image.Image:
    width, height = image.size
    return turned(image, angle).crop((width * 3 // 20, height * 3 // 20, width * 17 // 20, height * 17 // 20))


@pytest.mark.parametrize(("name", "angle"), [("astronaut", 10), ("coffee", -10), ("china", 8)])
@pytest.mark.parametrize("edit", [turned, turned_whole, turned_and_cut])
def test_a_turned_picture_finds_the_straight_one(
    photo: Photo,
    ask: Ask,
    library: Library,
    search: Search,
    name: str,
    angle: float,
    edit: Callable[[Image.Image, float], Image.Image],
) -> None:
    found = search(ask(edit(photo(name), angle)), library)

    assert told(found) == [(NAMES.index(name), Kind.EDITED)]
    assert found[0].transform.orientation == 1
    assert found[0].transform.angle == pytest.approx(angle, abs=1)
    assert found[0].transform.scale == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("name", ["chelsea", "astronaut"])
def test_it_says_how_the_query_has_to_be_turned(
    photo: Photo, ask: Ask, read: Read, search: Search, name: str, orientation: int
) -> None:
    upright = np.asarray(photo(name).convert("L"))
    copy = read(Image.fromarray(oriented(upright, orientation)))

    found = search(ask(Image.fromarray(upright)), {1: copy})

    assert told(found) == [(1, Kind.SAME if orientation == 1 else Kind.EDITED)]
    assert found[0].transform.orientation == orientation
    assert abs(found[0].transform.angle) < 1


@pytest.mark.parametrize("name", SOME)
def test_a_mirrored_part_is_found(photo: Photo, ask: Ask, library: Library, search: Search, name: str) -> None:
    width, height = photo(name).size
    part = ImageOps.mirror(photo(name).crop((round(0.3 * width), 0, width, round(0.75 * height))))

    found = search(ask(part), library)

    assert told(found) == [(NAMES.index(name), Kind.EDITED)]
    assert found[0].transform.orientation == 2
    assert found[0].transform.box == pytest.approx((0.3, 0, 1, 0.75), abs=0.03)


def captioned(image: Image.Image) -> Image.Image:
    whole = ImageOps.expand(image, (0, 0, 0, image.height // 5), "white")
    ImageDraw.Draw(whole).text(
        (20, image.height + 20), "when nobody\nis looking", "black", font_size=image.height // 16
    )
    return whole


def written_over(image: Image.Image) -> Image.Image:
    whole = image.copy()
    draw, (width, height) = ImageDraw.Draw(whole), image.size
    draw.rectangle((0, round(0.82 * height), width, round(0.96 * height)), "black")
    draw.text((width // 8, round(0.84 * height)), "a word of warning", "white", font_size=height // 12)
    return whole


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize(
    "edit",
    [
        lambda image: ImageOps.expand(image, image.width // 12, "white"),
        lambda image: ImageOps.expand(image, (0, image.height // 6), "black"),
        captioned,
        written_over,
    ],
    ids=["bordered", "letterboxed", "captioned", "written over"],
)
def test_an_edited_copy_finds_its_original(
    photo: Photo, ask: Ask, library: Library, search: Search, name: str, edit: Callable[[Image.Image], Image.Image]
) -> None:
    image = edit(photo(name))

    found = search(ask(image), library)

    assert told(found) == [(NAMES.index(name), Kind.EDITED)]
    left, top, right, bottom = found[0].transform.box
    shown = image.width / photo(name).width, image.height / photo(name).height
    assert (right - left, bottom - top) == pytest.approx(shown, abs=0.04)
    assert abs(found[0].transform.angle) < 1


@pytest.mark.parametrize("name", ["astronaut", "china"])
@pytest.mark.parametrize("ground", [34, 250])
def test_a_picture_on_a_page_or_a_screen_is_found(
    photo: Photo, ask: Ask, library: Library, search: Search, name: str, ground: int
) -> None:
    page = Image.new("RGB", (1000, 1200), (ground,) * 3)
    draw = ImageDraw.Draw(page)
    for top in (20, *range(800, 1180, 22)):
        draw.text((80, top), "IMG_1234.JPG of a list of names and of words " * 3, (255 - ground,) * 3)
    width, height = 420, round(420 * photo(name).height / photo(name).width)
    page.paste(photo(name).resize((width, height)), (300, 90))

    found = search(ask(page), library)

    assert told(found) == [(NAMES.index(name), Kind.EDITED)]
    box = (-300 / width, -90 / height, 700 / width, 1110 / height)
    assert found[0].transform.box == pytest.approx(box, abs=0.1)
    assert found[0].transform.scale == pytest.approx(width / photo(name).width, rel=0.05)


def burst(image: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Two frames of one scene: the second shows what lies further right, and near things have moved by more."""
    picture = np.asarray(image)
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    near = np.exp(-(((rows / picture.shape[0] - 0.6) / 0.25) ** 2 + ((columns / picture.shape[1] - 0.5) / 0.25) ** 2))
    moved = cv2.remap(picture, columns + 0.015 * picture.shape[1] * near, rows, cv2.INTER_CUBIC)
    width, height = image.size
    gap = round(0.02 * width)
    return image.crop((0, 0, width - gap, height)), Image.fromarray(moved).crop((gap, 0, width, height))


@pytest.mark.parametrize("name", SOME)
def test_another_frame_of_a_burst_is_similar_and_no_copy(
    photo: Photo, ask: Ask, read: Read, search: Search, name: str
) -> None:
    one, other = burst(photo(name))

    assert told(search(ask(one, quality=90), {1: read(other)})) == [(1, Kind.SIMILAR)]


def test_equal_bytes_are_exact_and_certain_and_come_first(
    photo: Photo, ask: Ask, read: Read, library: Library, search: Search
) -> None:
    better = {**library, 20: read(photo("coffee"), quality=95)}

    found = search(ask(photo("coffee"), quality=90), better)

    assert told(found) == [(1, Kind.EXACT), (20, Kind.SAME)]
    assert (found[0].confidence, found[0].transform) == (1.0, Transform())
    assert found[0].measures["ssim"] == 1
    assert found[1].confidence < 1


@pytest.mark.parametrize("name", ["china", "camera"])
def test_every_match_has_its_measures_within_their_scales(
    photo: Photo, ask: Ask, library: Library, search: Search, name: str
) -> None:
    [found] = search(ask(photo(name).resize((300, 220)), quality=60), library)

    assert {*found.measures} >= {*Measure} - {Measure.INLIERS}
    for measure, value in found.measures.items():
        assert SCALES[Measure(measure)].least <= value <= SCALES[Measure(measure)].most
    assert found.measures["correlation"] > 0.9
    assert found.measures["confidence"] == found.confidence
    assert found.measures["marr_distance"] < 200
    assert 0 <= found.alike <= 1
    assert 0 <= found.framed <= 1


def test_a_limit_drops_what_does_not_measure_up_but_never_equal_bytes(
    photo: Photo, ask: Ask, library: Library, search: Search
) -> None:
    contents = {**library, 20: replace(library[1], digest=b"another file".ljust(32))}
    probe = ask(photo("coffee"), quality=90)

    assert told(search(probe, contents, {Measure.SSIM: Limit(at_least=0.5)})) == [(1, Kind.EXACT), (20, Kind.SAME)]
    assert told(search(probe, contents, {Measure.SSIM: Limit(at_least=1)})) == [(1, Kind.EXACT)]
    assert told(search(probe, contents, {Measure.MSE: Limit(at_most=0)})) == [(1, Kind.EXACT)]


def test_a_measure_that_is_not_known_keeps_no_limit(photo: Photo, ask: Ask, library: Library, search: Search) -> None:
    contents = {number: replace(content, marr=None) for number, content in library.items()}
    probe = ask(photo("coffee").resize((300, 200)))

    assert told(search(probe, contents)) == [(1, Kind.SAME)]
    assert search(probe, contents, {Measure.MARR_DISTANCE: Limit(at_most=576)}) == []


def bad_pictures() -> list[Image.Image]:
    random = np.random.default_rng(7)
    noise = [Image.fromarray(random.integers(0, 256, (200, 300), np.uint8)) for _ in range(2)]
    sky = Image.fromarray(np.tile(np.linspace(90, 220, 200).astype(np.uint8)[:, None], (1, 300)))
    return [
        Image.new("RGB", (1, 1), "red"),
        Image.new("RGB", (1, 1), "blue"),
        Image.fromarray(random.integers(0, 256, (5000, 1), np.uint8)),
        Image.fromarray(random.integers(0, 256, (1, 5000), np.uint8)),
        Image.new("RGB", (300, 200), "grey"),
        Image.new("RGB", (320, 200), "grey"),
        Image.new("RGB", (320, 200), "white"),
        Image.new("RGBA", (300, 200), (0, 0, 0, 0)),
        Image.new("RGBA", (280, 200), (255, 0, 0, 0)),
        sky,
        ImageOps.mirror(ImageOps.flip(sky)),
        *noise,
        noise[0].point([255 * (value > 128) for value in range(256)]).convert("1"),
    ]


def test_pictures_that_show_nothing_are_copies_of_equal_bytes_only(
    ask: Ask, read: Read, library: Library, search: Search
) -> None:
    pictures = [picture for picture in bad_pictures() if picture.mode != "1"]
    contents = {100 + n: read(each, kind="PNG") for n, each in enumerate(pictures)}

    for number, picture in enumerate(pictures):
        found = search(ask(picture, kind="PNG"), {**library, **contents})
        assert told(found) == [(100 + number, Kind.EXACT)], number


@pytest.mark.parametrize("number", range(len(bad_pictures())))
def test_no_picture_breaks_the_search(ask: Ask, indexed: Indexed, read: Read, library: Library, number: int) -> None:
    contents = {**library, 50: read(bad_pictures()[number], kind="PNG")}
    probe = ask(bad_pictures()[number].convert("RGB"), kind="WEBP")

    for each in find(probe, indexed(contents), lambda _: contents, lambda those: those):
        assert each.content == 50
    assert prove(probe, unprompted(probe, 50, contents[50]), contents[50]) is None or number > 10


def test_no_photograph_finds_another(photo: Photo, ask: Ask, library: Library, search: Search) -> None:
    for number, name in enumerate(NAMES):
        others = {other: content for other, content in library.items() if other != number}
        assert search(ask(photo(name)), others) == []


def test_content_that_is_not_wanted_is_never_looked_up(
    photo: Photo, ask: Ask, library: Library, indexed: Indexed
) -> None:
    contents = {1: library[3], 2: library[3]}
    asked = []

    def contents_of(numbers: Sequence[int]) -> dict[int, Fingerprint]:
        asked.extend(numbers)
        return contents

    probe = ask(photo("rocket"))
    found = find(probe, indexed(contents), contents_of, {2}.intersection, exact=1)
    assert [each.content for each in found] == [2]
    assert asked == [2]


def test_the_work_for_one_query_is_bounded_and_unwanted_ones_do_not_count(
    photo: Photo, ask: Ask, library: Library
) -> None:
    content = library[NAMES.index("chelsea")]
    entries = (Entry(number, content.phash, content.crops, b"") for number in range(3 * MOST))
    index = Index(PARTS[Depth.NORMAL], entries)

    def contents_of(numbers: Sequence[int]) -> dict[int, Fingerprint]:
        return dict.fromkeys(numbers, content)

    found = list(
        find(ask(photo("chelsea")), index, contents_of, lambda those: [each for each in those if each >= MOST])
    )

    assert [each.content for each in found] == list(range(MOST, 2 * MOST))
    few = list(find(ask(photo("chelsea")), index, contents_of, lambda those: those, effort=Effort(most=3)))
    assert [each.content for each in few] == [0, 1, 2]


@pytest.mark.parametrize("name", SOME)
def test_likely_copies_come_first_and_only_wanted_ones(
    photo: Photo, ask: Ask, library: Library, indexed: Indexed, name: str
) -> None:
    number, index = NAMES.index(name), indexed(library)
    part = ask(photo(name).crop((60, 40, 400, 290)))

    assert likely(part, index, lambda those: those)[0] == number
    assert number not in likely(part, index, lambda those: set(those) - {number})
    assert likely(part, index, lambda _: ()) == []
    promising = [guess.content for guess in guesses(part, index)]
    assert promising[0] == number


def test_nothing_is_likely_in_an_empty_index(photo: Photo, ask: Ask, indexed: Indexed) -> None:
    assert likely(ask(photo("coffee")), indexed({}), lambda those: those) == []
    assert guesses(ask(photo("coffee")), indexed({})) == []


def test_noise_of_the_same_hash_is_no_copy(ask: Ask, read: Read, search: Search) -> None:
    """A hash only proposes: whatever has the same hash still has to show the same."""
    random = np.random.default_rng(5)
    one, other = (Image.fromarray(random.integers(0, 256, (128, 128), np.uint8)) for _ in range(2))
    probe = ask(one, kind="PNG")
    content = replace(read(other, kind="PNG"), phash=probe.looks[0].phash.tobytes())

    assert search(probe, {1: content}) == []


@pytest.mark.parametrize("depth", Depth)
def test_pictures_of_every_depth_are_found(photo: Photo, ask: Ask, read: Read, indexed: Indexed, depth: Depth) -> None:
    contents = {number: read(photo(name), depth) for number, name in enumerate(SOME)}
    probe = ask(photo("chelsea").resize((200, 133)))

    found = list(find(probe, indexed(contents), lambda _: contents, lambda those: those))

    assert told(found) == [(2, Kind.SAME)]
