"""The page of what waits, in a real browser and with a real daemon: what is decided there changes real files."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from skimage import data
from tests.browser.accessibility import faults
from tests.service.conftest import Sandbox, jpeg, made, put
from tests.service.test_review import ENTRY, files

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
HOSTILE = '"><img src=x onerror=alert(1)>.jpg'
BOTH = f"""{ENTRY}\
rules:
  - name: web
    folders: ['{{root}}/library']
    actions: [{{action: resize, percent: 50}}]
    output: {{into: '{{root}}/web', name: '{{stem}}-web{{ext}}'}}
    mode: review
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return made(tmp_path)


@pytest.fixture
def url(sandbox: Sandbox) -> Iterator[str]:
    """The page of two proposals, served beside the daemon."""
    for number in (1, 2):
        put(sandbox.root / f"library/{number}.jpg", jpeg(number))
        put(sandbox.root / f"queries/{number}.jpg", jpeg(number, 120, 40))
    put(sandbox.root / "library" / HOSTILE, jpeg(1, 240))
    config = sandbox.configure(ENTRY)
    with sandbox.daemon(config) as daemon:
        daemon.wait("file.done", times=5)
        sandbox.idle(config=config)
        serving = sandbox.begin("review", "--serve", "--json")
        assert serving.stdout is not None
        yield json.loads(serving.stdout.readline())["url"]
        serving.send_signal(signal.SIGINT)
        assert sandbox.end(serving).code == 0


@pytest.fixture(scope="module")
def burst(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Any, str]]:  # noqa: ANN401
    """A copy that waits, beside a frame in which something moved, and a rule: its sandbox, a browser, the address."""
    sandbox = made(tmp_path_factory.mktemp("burst"))
    library, queries = sandbox.root / "library", sandbox.root / "queries"
    library.mkdir()
    queries.mkdir()
    for name, place, quality in (("first", (200, 150), 95), ("worse", (200, 150), 50), ("second", (212, 146), 60)):
        frame = Image.fromarray(data.coffee())
        frame.paste(Image.fromarray(data.chelsea()).crop((150, 60, 220, 120)), place)
        frame.save(library / f"{name}.jpg", quality=quality)
        if name == "first":
            frame.resize((240, 160)).save(queries / "poor.jpg", quality=60)
    config = sandbox.configure(BOTH)
    with sandbox.daemon(config) as daemon:
        daemon.wait("file.done", times=4)
        sandbox.idle(config=config)
        serving = sandbox.begin("review", "--serve", "--json")
        assert serving.stdout is not None
        context = browser.new_context(viewport={"width": 360, "height": 800})
        first = context.new_page()
        first.goto(json.loads(serving.stdout.readline())["url"])
        yield sandbox, context, first.url
        context.close()
        serving.send_signal(signal.SIGINT)
        assert sandbox.end(serving).code == 0
    drafts = sandbox.state / "drafts"
    assert not drafts.exists() or not list(drafts.iterdir())


def complaints_of(tab: Any) -> list[str]:  # noqa: ANN401  Playwright's
    """What the page complains of, from now on, and what it asks of anybody but its own server."""
    complaints: list[str] = []
    ours = ("http://127.0.0.1:", "blob:http://127.0.0.1:", "data:")
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda one: one.url.startswith(ours) or complaints.append(one.url))
    return complaints


@pytest.fixture
def shown(burst: tuple[Sandbox, Any, str]) -> Iterator[Any]:
    """The page of the burst."""
    _, context, address = burst
    tab = context.new_page()
    complaints = complaints_of(tab)
    tab.goto(address)
    yield tab
    tab.close()
    assert complaints == []


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:  # noqa: ANN401
    context = browser.new_context(viewport={"width": 360, "height": 800})
    opened = context.new_page()
    complaints = complaints_of(opened)
    yield opened
    context.close()
    assert complaints == []


def card(tab: Any, name: str) -> Any:  # noqa: ANN401  Playwright's
    return tab.locator(".card").filter(has=tab.locator("h2", has_text=name))


def test_proposals_are_decided_by_keyboard_and_by_hand(sandbox: Sandbox, url: str, tab: Any) -> None:  # noqa: ANN401
    best = sandbox.root / "best"
    tab.goto(url)
    tab.wait_for_selector("figure img")
    one, two = card(tab, "1.jpg"), card(tab, "2.jpg")
    assert "token" not in tab.url
    assert tab.locator("img[src=x]").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth") == 360

    two.focus()
    tab.keyboard.press("d")
    sync_api.expect(two).to_have_attribute("data-state", "denied")
    one.locator("header").first.scroll_into_view_if_needed()
    one.get_by_role("button", name="Approve").click()
    sync_api.expect(one).to_have_attribute("data-state", "done")
    assert files(best) == {"1.jpg": jpeg(1)}
    one.get_by_role("button", name="Undo").click()
    sync_api.expect(one).to_have_attribute("data-state", "waiting")
    assert files(best) == {}
    one.locator(".prefer").click()
    sync_api.expect(one).to_have_attribute("data-state", "done")
    assert files(best) == {HOSTILE: jpeg(1, 240)}


def test_what_the_daemon_finds_meanwhile_appears(sandbox: Sandbox, url: str, tab: Any) -> None:  # noqa: ANN401
    tab.goto(url)
    sync_api.expect(tab.locator(".card")).to_have_count(2)
    put(sandbox.root / "library/3.jpg", jpeg(3))
    put(sandbox.root / "queries/3.jpg", jpeg(3, 120, 40))

    tab.get_by_role("button", name="1 more waits: show").click(timeout=20_000)

    sync_api.expect(tab.locator(".card")).to_have_count(3)


def test_only_copies_that_full_size_confirms_may_be_chosen(shown: Any) -> None:  # noqa: ANN401
    waits = shown.locator(".card").filter(has_text="best would copy it to")
    waits.scroll_into_view_if_needed()
    worse = waits.locator("figure").filter(has_text="worse.jpg")
    second = waits.locator("figure").filter(has_text="second.jpg")

    sync_api.expect(worse.locator(".prefer")).to_be_enabled(timeout=20_000)
    sync_api.expect(second).to_contain_text("Only similar at full size")
    assert second.locator(".prefer").count() == 0


def test_every_pixel_is_compared_at_100_per_cent(shown: Any) -> None:  # noqa: ANN401
    waits = shown.locator(".card").filter(has_text="best would copy it to")
    waits.locator("header button").first.click()
    shown.wait_for_selector("dialog[open] canvas")
    shown.select_option("#which", label="Asked for: poor.jpg")
    shown.keyboard.press("Escape")
    waits.locator("figure").filter(has_text="worse.jpg").locator(".picture").click()
    shown.locator("#zooms").get_by_label("100").check()

    sync_api.expect(shown.locator("#scale")).to_contain_text(
        "every pixel of both files, 600 \u00d7 400 and 600 \u00d7 400"
    )
    assert shown.locator(".layers").bounding_box()["width"] == 600
    shown.locator("#modes").get_by_label("Difference").check()
    sync_api.expect(shown.locator("#shown")).to_contain_text("Mean difference of the files")
    shown.locator("#modes").get_by_label("Flicker").check()
    sync_api.expect(shown.locator("#pause")).to_have_text("Pause")


def test_the_result_of_a_rule_is_shown_before_it_is_approved(
    burst: tuple[Sandbox, Any, str],
    shown: Any,  # noqa: ANN401
) -> None:
    web = burst[0].root / "web"
    rule = shown.locator(".card").filter(has=shown.locator("h2", has_text="first.jpg")).filter(has_text="The rule web")
    # What is not near the screen is laid out later (content-visibility), and has no inner text until then.
    sync_api.expect(rule).to_contain_text("Not made yet")
    rule.locator(".show-result").click()
    after = rule.locator("figure").nth(1)
    sync_api.expect(after).to_contain_text("nothing is written yet", timeout=30_000)
    sync_api.expect(after.locator("img")).to_be_visible()
    sync_api.expect(after).to_contain_text("300 \u00d7 200")
    assert files(web) == {}

    rule.get_by_role("button", name="Compare").first.click()
    shown.locator("#zooms").get_by_label("100").check()
    sync_api.expect(shown.locator("#scale")).to_contain_text("600 \u00d7 400 and 300 \u00d7 200")
    shown.keyboard.press("Escape")
    rule.get_by_role("button", name="Approve").click()
    sync_api.expect(rule).to_have_attribute("data-state", "done")
    assert list(files(web)) == ["first-web.jpg"]
    sync_api.expect(after).to_contain_text(f"{len(files(web)['first-web.jpg']) / 1000:.1f}")


def test_a_denied_step_stays_denied_after_a_scan(sandbox: Sandbox, url: str, tab: Any) -> None:  # noqa: ANN401
    tab.goto(url)
    one = card(tab, "1.jpg")
    one.focus()
    tab.keyboard.press("d")
    sync_api.expect(one).to_have_attribute("data-state", "denied")
    assert sandbox.pictured("rescan").code == 0
    sandbox.idle(config=sandbox.root / "pictured.yaml")
    tab.reload()

    sync_api.expect(tab.locator(".card")).to_have_count(1)
    assert card(tab, "1.jpg").count() == 0


def test_another_browser_is_not_let_in(url: str, tab: Any, browser: Any) -> None:  # noqa: ANN401
    tab.goto(url)
    context = browser.new_context()
    other = context.new_page()

    assert other.goto(url).status == 403
    assert "used before" in other.inner_text("body")
    assert other.goto(tab.url).status == 403
    context.close()


def test_nothing_serious_keeps_anybody_out(shown: Any) -> None:  # noqa: ANN401
    shown.wait_for_selector(".prefer", timeout=20_000)

    assert faults(shown) == []
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)
        assert faults(shown) == []


def test_where_nothing_waits_that_is_said(sandbox: Sandbox, url: str, tab: Any) -> None:  # noqa: ANN401
    tab.goto(url)
    sync_api.expect(tab.locator(".card")).to_have_count(2)
    # Numbers are not used again: which ones wait depends on what was proposed, and dropped, before.
    numbers = [card.get_attribute("id")[1:] for card in tab.locator(".card").all()]
    sandbox.pictured("review", "deny", *numbers)
    sync_api.expect(tab.locator(".card").first).to_contain_text("It waits no longer")
    tab.reload()

    sync_api.expect(tab.locator(".news")).to_have_text("Nothing waits. What is proposed next appears here.")
    sync_api.expect(tab.locator("#none")).to_be_hidden()
