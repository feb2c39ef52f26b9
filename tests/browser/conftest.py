"""A real browser: one Chromium for each module, driven by Playwright; without either, or where it fails, skipped."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

# Playwright would download browsers of its own; whatever the system has, will do.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Give the path of an installed Chromium, or None."""
    named = os.environ.get("PICTURED_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is installed, and PICTURED_CHROMIUM names none")
    with sync_api.sync_playwright() as playwright:
        # Root, and accounts without name spaces of their own, cannot have the browser's sandbox; pages here are ours.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        try:
            started = playwright.chromium.launch(executable_path=path, args=arguments, timeout=30_000)
        except sync_api.Error as error:
            pytest.skip(f"{path} does not start here: {str(error).splitlines()[0]}")
        yield started
        started.close()
