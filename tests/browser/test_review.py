"""The page of what waits, in a real browser and with a real daemon: what is decided there changes real files."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.service.conftest import Sandbox, jpeg, made, put
from tests.service.test_review import ENTRY, files

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
CHROMIUM = os.environ.get("PICTURED_CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
HOSTILE = '"><img src=x onerror=alert(1)>.jpg'


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


@pytest.fixture
def tab() -> Iterator[Any]:
    complaints: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 360, "height": 800})
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        yield opened
        browser.close()
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
