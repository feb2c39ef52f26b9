from dataclasses import replace
from pathlib import Path

import pytest
import typer
from rich.text import Text
from typer.testing import CliRunner

from pictured.cli.demonstrating import demo, told
from pictured.errors import UsageError
from pictured.service.demonstration.happenings import (
    Collected,
    Drawn,
    Dropped,
    Ended,
    Happening,
    Indexed,
    InPlace,
    NoCopy,
    Started,
)

STAGE = Path("/demo [1]")
QUERY, SOURCE, TARGET = STAGE / "Wanted" / "poor-3.jpg", STAGE / "Pictures" / "a.jpg", STAGE / "Collected" / "a.jpg"
BEST = Collected(QUERY, SOURCE, "1600 x 1067, JPEG 92", TARGET, None, "pixels: 9 x 6 over 6 x 4", 0.041)


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(demo)
    return app


def test_a_folder_that_is_not_empty_is_refused(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(app, [str(tmp_path), "--pace", "0"])
    assert isinstance(result.exception, UsageError)
    assert result.stdout == ""


@pytest.mark.parametrize("pace", ["-1", "31", "slow"])
def test_a_pace_beyond_reason_is_refused(app: typer.Typer, tmp_path: Path, pace: str) -> None:
    assert CliRunner().invoke(app, [str(tmp_path / "demo"), "--pace", pace]).exit_code == 2
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize(
    ("happening", "words"),
    [
        (
            Started(STAGE, STAGE / "pictured.yaml", 7),
            "The daemon watches /demo [1] (pid 7). A small library is drawn for it:",
        ),
        (Drawn(SOURCE, "9 x 6"), "  Pictures/a.jpg                                9 x 6"),
        (
            Indexed(10),
            (
                "It knows all 10 pictures. Now poor copies are dropped into Wanted; "
                "each is read when it has been quiet for 0.5 s."
            ),
        ),
        (Dropped(QUERY, "320 x 213, JPEG 35"), "\nWanted/poor-3.jpg (320 x 213, JPEG 35)"),
        (Dropped(SOURCE, "9 x 6"), "\nA better copy comes to the library: Pictures/a.jpg (9 x 6)"),
        (
            BEST,
            (
                "  -> best copy found: Pictures/a.jpg (1600 x 1067, JPEG 92), now in Collected/a.jpg in 0.04 s;\n"
                "     chosen because pixels: 9 x 6 over 6 x 4"
            ),
        ),
        (
            replace(BEST, replaced=TARGET),
            (
                "  -> upgraded: Collected/a.jpg, collected for Wanted/poor-3.jpg, is now a copy of "
                "Pictures/a.jpg (1600 x 1067, JPEG 92), in 0.04 s;\n     chosen because pixels: 9 x 6 over 6 x 4"
            ),
        ),
        (InPlace(QUERY, 0.01), "  -> its best copy is collected already, nothing is written twice (0.01 s)"),
        (NoCopy(QUERY, 0.01), "  -> no copy in the library, so nothing is collected (0.01 s)"),
        (
            Ended(STAGE, (TARGET,), 9.6),
            "\nThe daemon has stopped; all of it took 10 s. Look at /demo [1]:\n  Collected/a.jpg",
        ),
    ],
)
def test_every_happening_is_told_in_words(happening: Happening, words: str) -> None:
    assert Text.from_markup(told(happening, STAGE)).plain == words
