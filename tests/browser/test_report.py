"""The report in a real browser: chromium from PATH or PICTURED_CHROMIUM, driven by Playwright; skipped without."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from skimage import data

from pictured.flow import Fingerprint, Kind, Match, Picture, Stamp, Transform
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Preview
from pictured.imaging.previewing import drawn
from pictured.reporting.cards import group_card
from pictured.reporting.document import About, page
from pictured.reporting.splitting import CARDS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("PICTURED_CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

ABOUT = About("Copies of pictures", "some", "made now", "0", ("r.html",))
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'.replace("/", "\u2215")


def match(number: int, name: str, transform: Transform | None = None, kind: Kind = Kind.SAME) -> Match:
    size = 1000 * number + len(name)
    content = Fingerprint(
        f"{number} {name}".encode(), size, 600, 400, "JPEG", "RGB", 8, 1, 3.0, None, None, (), b"", b"", b"", b""
    )
    path = Path(f"/home/{'a' if number % 2 else 'b'}/{name}")
    return Match(Picture(path, Stamp(size, 10**18, 1), content), kind, 0.9, transform or Transform())


def previews(folder: Path) -> list[Preview]:
    file = folder / "coffee.jpg"
    Image.fromarray(data.coffee()).save(file)
    with file.open("rb") as opened:
        return [drawn(opened, DecodingLimits(10**7, 10**9), 300, 20_000)] * 3


def written(folder: Path, groups: int) -> Path:
    cut = Transform(1, (-0.5, -0.5, 1.5, 1.5), 0.0, 2.0)
    cards = [
        group_card(
            n,
            [match(n, f"best {n}.jpg"), match(n, f"{HOSTILE} {n}.jpg", cut, Kind.EDITED), match(n, f"same {n}.jpg")],
            ["detail: more", "bytes: more"],
        )
        for n in range(1, groups + 1)
    ]
    file = folder / "r.html"
    file.write_text(page(0, cards, [previews(folder)] * groups, ABOUT), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


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


def test_a_hostile_name_is_shown_as_it_is_and_fits_a_narrow_screen(tab: Any, tmp_path: Path) -> None:  # noqa: ANN401
    tab.goto(written(tmp_path, 3).as_uri())
    tab.wait_for_selector("figure img")

    assert HOSTILE in tab.inner_text("figure:nth-of-type(2) .name")
    assert tab.locator("figure.best").count() == 3
    assert tab.locator("figure.best polygon").count() == 6
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
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
    tab.select_option("#sort", "id")
    sync_api.expect(tab.locator(".card").first).to_have_id("g1")
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
    assert "Mean difference of the previews" in tab.inner_text("#shown")
    tab.keyboard.press("n")
    sync_api.expect(tab.locator("#which")).to_have_value("2")
    sync_api.expect(tab.locator("#shown")).to_contain_text("Mean difference of the previews 0.0")
    tab.keyboard.press("2")
    assert tab.inner_text("#pause") == "Pause"
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.id") == "g2"


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
