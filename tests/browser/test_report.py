"""The report in a real browser."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from skimage import data
from tests.browser.accessibility import faults

from pictured.flow import Fingerprint, Kind, Match, Picture, Stamp, Transform
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Closeup, Preview, Tile
from pictured.imaging.previewing import drawn, encoded
from pictured.reporting.cards import group_card
from pictured.reporting.document import About, Drawing, page
from pictured.reporting.splitting import CARDS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ABOUT = About("Copies of pictures", "some", "made now", "0", ("r.html",))
HOSTILE = (
    '"><img src=x onerror=alert(1)><script>alert(1)</script>'.replace("/", "\u2215"),
    "javascript:alert('1') & \"two\".jpg",
    "line\nbreak\r\u2028.jpg",
    "left\u202egpj.exe",
)
SHOWN = (HOSTILE[0], HOSTILE[1], r"line\x0abreak\x0d\u2028.jpg", r"left\u202egpj.exe")


def match(number: int, name: str, transform: Transform | None = None, kind: Kind = Kind.SAME) -> Match:
    size = 200_000 * number + len(name)
    content = Fingerprint(
        f"{number} {name}".encode(), size, 600, 400, "JPEG", "RGB", 8, 1, 3.0, None, None, (), b"", b"", b"", b""
    )
    path = Path(f"/home/{'a' if number % 2 else 'b'}/{name}")
    return Match(Picture(path, Stamp(size, 10**18, 1), content), kind, 0.9, transform or Transform())


def preview(image: Image.Image) -> Preview:
    file = io.BytesIO()
    image.save(file, "PNG")
    file.seek(0)
    return drawn(file, DecodingLimits(10**7, 10**9), 300, 20_000)


def drawing() -> Drawing:
    """The best, a copy with something drawn over it, and one like the best; the first two at 100 %, too."""
    coffee = Image.fromarray(data.coffee())
    over = coffee.copy()
    ImageDraw.Draw(over).rectangle((300, 200, 380, 260), fill="white")
    tiles = [Tile(encoded(each.crop((280, 180, 440, 340)), 90), 160, 160) for each in (coffee, over)]
    where = (280 / 600, 180 / 400, 440 / 600, 340 / 400)
    closeup = Closeup(*tiles, where, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    return Drawing((preview(coffee), preview(over), preview(coffee)), {1: closeup, 2: "the file is gone"})


def written(folder: Path, groups: int, name: str = HOSTILE[0], cut: Transform | None = None) -> Path:
    cards = [
        group_card(
            n,
            [match(n, f"best {n}.jpg"), match(n, f"{name} {n}.jpg", cut, Kind.EDITED), match(n, f"same {n}.jpg")],
            ["clean: more", "bytes: more"],
        )
        for n in range(1, groups + 1)
    ]
    file = folder / "r.html"
    file.write_text(page(0, cards, [drawing()] * groups, ABOUT), encoding="utf-8")
    return file


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:  # noqa: ANN401
    """A tab that fails the test where the page complains, opens a dialog or asks for anything."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 360, "height": 800})
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    opened.on("request", lambda one: one.url.startswith(("file:", "data:")) or complaints.append(one.url))
    yield opened
    context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("name", "shown"), list(zip(HOSTILE, SHOWN, strict=True)), ids=["markup", "quotes", "lines", "bidi"]
)
def test_a_hostile_name_is_shown_as_it_is_and_fits_a_narrow_screen(
    tab: Any,  # noqa: ANN401
    tmp_path: Path,
    name: str,
    shown: str,
) -> None:
    tab.goto(written(tmp_path, 3, name, Transform(1, (-0.5, -0.5, 1.5, 1.5), 0.0, 2.0)).as_uri())
    tab.wait_for_selector("figure img")

    assert shown in tab.text_content("figure:nth-of-type(2) .name")
    assert tab.locator("figure.best").count() == 3
    assert tab.locator("figure.best polygon").count() == 6
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog[open] canvas")
    assert tab.evaluate("document.querySelector('dialog[open]').scrollWidth <= 360")
    assert tab.locator("img[src=x]").count() == 0


def test_search_filters_and_order(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 12).as_uri())

    tab.fill("#search", "same 7")
    sync_api.expect(tab.locator(".card")).to_have_count(1)
    assert tab.inner_text("#count").startswith("1 of 12 shown")
    tab.click("button[type=reset]")
    sync_api.expect(tab.locator(".card")).to_have_count(12)
    tab.select_option("#folder", "/home/a")
    sync_api.expect(tab.locator(".card")).to_have_count(6)
    tab.select_option("#least", "1000000")
    sync_api.expect(tab.locator(".card")).to_have_count(5)
    tab.select_option("#sort", "id")
    sync_api.expect(tab.locator(".card").first).to_have_id("g3")
    tab.select_option("#kind", "edited")
    sync_api.expect(tab.locator(".card")).to_have_count(5)
    tab.fill("#search", "nothing of the kind")
    tab.wait_for_selector("#none:not([hidden])")


def test_two_copies_are_compared_by_keyboard_alone(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 3).as_uri())
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog[open] canvas")

    assert tab.inner_text("#shown") == "Left: Best · right: Copy 2"
    tab.keyboard.press("ArrowRight")
    assert tab.input_value("#position") == "51"
    assert re.search(r"preview of 300 . 200, 50.% of its 600 . 400", tab.inner_text("#scale"))
    tab.keyboard.press("3")
    sync_api.expect(tab.locator("#shown")).to_contain_text("Mean difference of the previews")
    tab.keyboard.press("n")
    sync_api.expect(tab.locator("#which")).to_have_value("2")
    sync_api.expect(tab.locator("#shown")).to_contain_text("Mean difference of the previews 0.0")
    tab.keyboard.press("2")
    sync_api.expect(tab.locator("#pause")).to_have_text("Pause")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.id") == "g2"


def test_the_slider_follows_the_hand_and_shows_the_second_only_right_of_it(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 1).as_uri())
    tab.click(".card header button")
    box = tab.locator(".layers").bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20, steps=4)
    tab.mouse.up()

    assert tab.input_value("#position") == "25"
    clipped = tab.evaluate("document.querySelectorAll('.layers canvas')[1].style.clipPath")
    assert float(re.findall(r"[\d.]+(?=px\))", clipped)[0]) == pytest.approx(box["width"] / 4, abs=1.5)


def test_at_100_per_cent_a_part_of_both_files_is_shown_pixel_by_pixel(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 1).as_uri())
    tab.click(".card header button")
    mark = tab.locator(".part").bounding_box()
    whole = tab.locator(".layers").bounding_box()
    assert mark["width"] / whole["width"] == pytest.approx(160 / 600, abs=0.01)

    tab.keyboard.press("z")
    sync_api.expect(tab.locator("#scale")).to_contain_text(
        "the part where the two differ most, 160 \u00d7 160 of 600 \u00d7 400"
    )
    assert tab.evaluate("[...document.querySelectorAll('.layers canvas')].map((each) => each.width)") == [160, 160]
    assert tab.locator(".layers").bounding_box()["width"] == 160
    assert tab.locator(".part").count() == 0
    tab.keyboard.press("3")
    sync_api.expect(tab.locator("#shown")).to_contain_text("Mean difference of the parts at 100 %")
    # A white field of 81 x 61 pixels in 160 x 160.
    assert re.search(r"(19|20).% of the pixels differ", tab.inner_text("#shown"))
    tab.keyboard.press("n")
    sync_api.expect(tab.locator(".stage")).to_contain_text("the file is gone")


def test_flickering_can_be_held_and_turned_by_hand(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 1).as_uri())
    tab.click(".card header button")
    tab.keyboard.press("2")
    tab.click("#pause")
    sync_api.expect(tab.locator("#pause")).to_have_text("Play")
    shown = tab.inner_text("#shown")
    tab.locator("#stage").focus()
    tab.keyboard.press(" ")

    assert {shown, tab.inner_text("#shown")} == {"Shown: Best", "Shown: Copy 2"}
    seen = "[...document.querySelectorAll('.layers canvas')].map((each) => each.style.visibility)"
    assert sorted(tab.evaluate(seen)) == ["hidden", "visible"]


def test_who_wants_less_motion_gets_a_flicker_that_stands(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    context = browser.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(written(tmp_path, 1).as_uri())
    tab.click(".card header button")
    tab.keyboard.press("2")
    sync_api.expect(tab.locator("#pause")).to_have_text("Play")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_anybody_out(browser: Any, tmp_path: Path, scheme: str) -> None:  # noqa: ANN401
    context = browser.new_context(color_scheme=scheme)
    tab = context.new_page()
    tab.goto(written(tmp_path, 3).as_uri())
    tab.wait_for_selector("figure img")
    assert faults(tab) == []
    tab.click("#keys-open")
    assert faults(tab) == []
    tab.keyboard.press("Escape")
    tab.click(".card header button")
    tab.wait_for_selector("dialog[open] canvas")
    for view in ("1", "2", "3", "4"):
        tab.keyboard.press(view)
        sync_api.expect(
            tab.locator(f".stage.{('slider', 'flicker', 'difference', 'both')[int(view) - 1]}")
        ).to_be_visible()
        assert faults(tab) == []
    context.close()


def test_colours_can_be_chosen(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 1).as_uri())
    paper = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(paper)
    tab.select_option("#theme", "dark")

    assert tab.evaluate(paper) != light


def test_a_thousand_groups_are_usable_within_three_seconds(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    file = written(tmp_path, CARDS)

    tab.goto(file.as_uri(), timeout=3000)
    tab.wait_for_selector("figure img", timeout=3000)

    assert tab.locator(".card").count() == CARDS
    assert tab.locator(".members").count() < 50


def test_an_address_leads_to_its_group(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(f"{written(tmp_path, 40).as_uri()}#g20")

    sync_api.expect(tab.locator("#g20")).to_be_focused()
    sync_api.expect(tab.locator("#h20")).to_be_in_viewport()


def test_where_there_are_no_copies_that_is_said_without_filters(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 0).as_uri())

    sync_api.expect(tab.locator("#none")).to_contain_text("no picture has a copy")
    assert not tab.locator("#filters").is_visible()
