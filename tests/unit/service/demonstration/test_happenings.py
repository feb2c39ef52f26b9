import json
from pathlib import Path

from pictured.service.demonstration.happenings import Collected, Ended, NoCopy, line_of


def test_a_line_has_the_kind_and_every_field() -> None:
    collected = Collected(Path("/w/q.jpg"), Path("/p/a.jpg"), "9 x 6", Path("/c/a.jpg"), None, "the only copy", 0.04)
    assert line_of(collected) == {
        "event": "demo.collected",
        "query": "/w/q.jpg",
        "source": "/p/a.jpg",
        "about": "9 x 6",
        "target": "/c/a.jpg",
        "replaced": None,
        "reason": "the only copy",
        "seconds": 0.04,
    }
    assert line_of(NoCopy(Path("/w/q.jpg"), 0.01))["event"] == "demo.nocopy"


def test_lists_of_paths_are_json_too() -> None:
    line = line_of(Ended(Path("/d"), (Path("/d/a.jpg"), Path("/d/b.jpg")), 9.5))
    assert json.loads(json.dumps(line))["collected"] == ["/d/a.jpg", "/d/b.jpg"]
