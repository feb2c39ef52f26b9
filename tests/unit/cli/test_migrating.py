from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pictured.errors import UsageError

Pictured = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "pictured.yaml"
    file.write_text(f"folders: [{{path: '{tmp_path}/l', role: library}}]\nmachine: anna\n")
    return file


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("mysql://server/db", "--to takes postgresql"),
        ("postgresql://me:s3cret@server/db", "can read the password of --to"),
        ("postgresql://server/db?password=s3cret", "can read the password of --to"),
        ("sqlite", "needs the address of the database under `store`"),
        ("postgresql", "needs the address of the database under `store`"),
    ],
)
def test_what_cannot_be_moved_to_is_refused(pictured: Pictured, config: Path, to: str, told: str) -> None:
    error = pictured("migrate", "--config", config, "--to", to).exception
    assert isinstance(error, UsageError)
    assert told in str(error)
    assert "s3cret" not in str(error)


def test_the_index_is_moved_and_the_next_step_told(
    pictured: Pictured, config: Path, draw: Callable[..., Path], tmp_path: Path, new_database: Callable[[], str]
) -> None:
    draw(tmp_path / "l/coffee.jpg", "coffee", width=100)
    pictured("scan", "--config", config)
    said = pictured("migrate", "--config", config, "--to", new_database()).stdout
    assert "Moved 1 pictures in 1 files and 0 placed files." in said
    assert "Write the address under `store` into the configuration" in said
