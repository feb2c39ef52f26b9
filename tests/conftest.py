"""Fixtures for every test."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared pictures beside the checkout, which are not part of it."""
    folder = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"needs the picture corpus beside the checkout, at {folder}")
    return folder
