import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.flow import Collect, Fingerprint, Form, Keep, Kind, Match, Outcome, Picture, Placed, Stamp, Transform
from pictured.service.reports import (
    Collected,
    Copied,
    Copies,
    FileFailed,
    Progress,
    Report,
    ScanFinished,
    Undone,
    Warned,
    collected,
    json_line,
    line_of,
)

CONTENT = Fingerprint(b"d", 5, 4, 3, "PNG", "L", 8, 1, None, None, None, (), bytes(32), b"", b"", b"")
MATCH = Match(Picture(Path("/l/a.png"), Stamp(5, 1, 1), CONTENT), Kind.SAME, 0.87, Transform(), measures={"ssim": 0.9})
MEMBER = {
    "path": "/l/a.png",
    "kind": "same",
    "confidence": 0.87,
    "width": 4,
    "height": 3,
    "bytes": 5,
    "measures": {"ssim": 0.9},
}
STEP = Collect(
    "best", Path("/q/a.jpg"), Path("/l/a.png"), Stamp(5, 1, 1), b"d", Path("/b/a.png"), Form.COPY, "the only copy"
)
PLACED = Placed(1, "best", Path("/b/a.png"), Stamp(5, 1, 2), b"d", Path("/l/a.png"), Form.COPY, "the only copy")


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (Warned("mind"), {"event": "warning", "warning": "mind"}),
        (Progress(1, 2, "reading"), {"event": "progress", "done": 1, "total": 2, "what": "reading"}),
        (FileFailed(Path("/x"), "no"), {"event": "file.failed", "path": "/x", "error": "no"}),
        (
            ScanFinished(6, 1, 2, 2, 1, 0.12345),
            {
                "event": "scan.finished", "seen": 6, "hashed": 1, "unchanged": 2, "moved": 2, "failed": 1,
                "seconds": 0.123,
            },
        ),
        (
            Copies(Path("/q"), (MATCH, MATCH)),
            {
                "query": "/q", "matches": [MEMBER | {"best": True}, MEMBER | {"best": False}], "ranked_by": None,
                "error": None,
            },
        ),
        (
            Copies(Path("/q"), (MATCH,), ranked_by="ssim"),
            {"query": "/q", "matches": [MEMBER | {"best": False}], "ranked_by": "ssim", "error": None},
        ),
        (
            Copies(Path("/q"), (), "no picture"),
            {"query": "/q", "matches": [], "ranked_by": None, "error": "no picture"},
        ),
        (Copied((MATCH, MATCH)), {"best": "/l/a.png", "members": [MEMBER, MEMBER]}),
        (
            Collected(None, Path("/l"), None, planned=True, reason="r"),
            {"query": None, "best": "/l", "collected": None, "planned": True, "reason": "r", "error": None},
        ),
        (Undone(3, Path("/b"), undone=False, reason="r"),
         {"id": 3, "target": "/b", "undone": False, "reason": "r", "error": "r"}),
    ],
)  # fmt: skip
def test_the_published_shapes(report: Report, line: dict[str, Any]) -> None:
    assert line_of(report) == line
    assert json.loads(json_line(line_of(report))) == line


@given(st.binary(min_size=1, max_size=60).filter(lambda name: b"\0" not in name))
def test_every_file_name_goes_round_in_one_line_of_ascii(name: bytes) -> None:
    path = Path(os.fsdecode(b"/" + name))

    line = json_line(line_of(FileFailed(path, "no")))

    assert line.isascii()
    assert "\n" not in line
    assert os.fsencode(json.loads(line)["path"]) == os.fsencode(path)


@pytest.mark.parametrize(
    ("outcome", "planned", "target", "error"),
    [
        (Outcome(STEP, PLACED), False, PLACED.target, None),
        (Outcome(STEP, None), True, None, None),
        (Outcome(STEP, None, "the disk is full"), False, None, "the disk is full"),
        (Outcome(Keep("best", STEP.query, STEP.source, PLACED, "there"), PLACED), False, PLACED.target, None),
        (Outcome(Keep("best", STEP.query, STEP.source, None, "declined"), None), False, None, None),
    ],
)
def test_what_became_of_a_step(outcome: Outcome, *, planned: bool, target: Path | None, error: str | None) -> None:
    report = collected(outcome, planned=planned)

    assert report == Collected(STEP.query, STEP.source, target, planned, outcome.step.reason, error)
