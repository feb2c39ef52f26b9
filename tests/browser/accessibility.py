"""What axe-core, the engine behind most audits of accessibility, finds on a page."""

from typing import Any

import pytest


def faults(tab: Any) -> list[str]:  # noqa: ANN401  Playwright's
    """Give the serious and critical findings; skips the test where axe-core is not installed."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(tab).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in ("serious", "critical")
    ]
