import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.settings import CollectSettings
from pictured.errors import UsageError
from pictured.flow import Form
from pictured.matching.scales import Measure
from pictured.service.encoding import decoded, encoded
from pictured.service.jobs import Collect, Dupes, Find, Job, Prune, Review, Scan, Undo
from pictured.service.reports import json_line

PREFER = tuple(each.value for each in CollectSettings.model_fields["prefer"].default)

PATHS = (
    st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name).map(lambda n: Path(os.fsdecode(b"/" + n)))
)
MANY = st.lists(PATHS, max_size=3).map(tuple)
ANY_JOB = st.one_of(
    st.builds(Scan, MANY, MANY, again=st.booleans()),
    st.builds(
        Find, MANY, MANY, MANY, st.just(PREFER), st.integers(0, 99), st.sampled_from([each.value for each in Measure])
    ),
    st.builds(Dupes, MANY, MANY, st.just(PREFER)),
    st.builds(Collect, MANY, MANY, PATHS, st.sampled_from([form.value for form in Form]), st.booleans()),
    st.builds(Undo, st.lists(st.integers(1), max_size=3).map(tuple)),
    st.builds(Prune, st.floats(0, 1e9), st.booleans()),
    st.builds(
        Review,
        st.sampled_from(["approve", "deny", "prefer", "undo"]),
        st.lists(st.integers(1), max_size=3).map(tuple),
        st.none() | PATHS,
    ),
)


@given(ANY_JOB)
def test_a_job_goes_round_through_one_line_of_json(job: Job) -> None:
    line = json_line(encoded(job))

    assert "\n" not in line
    assert decoded(json.loads(line)) == job


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"do": "dance"},
        {"do": "scan"},
        {"do": "undo", "numbers": 3},
        {"do": "scan", "folders": "/a", "exclude": []},
        {"do": "scan", "folders": [1], "exclude": []},
        {"do": "undo", "numbers": ["1"]},
        {"do": "scan", "folders": ["/a"], "exclude": [], "ignore": [], "again": 1},
        {
            "do": "find",
            "queries": [],
            "folders": [],
            "excluding": [],
            "prefer": ["beauty"],
            "top": 0,
            "measure": "ssim",
        },
        {"do": "find", "queries": [], "folders": [], "excluding": [], "prefer": [], "top": "3", "measure": "ssim"},
        {"do": "find", "queries": [], "folders": [], "excluding": [], "prefer": [], "top": 3, "measure": "beauty"},
        {"do": "collect", "queries": [], "folders": ["/a"], "into": "/b", "form": "move", "dry_run": True},
        {"do": "collect", "queries": [], "folders": ["/a"], "into": "/b", "form": "copy", "dry_run": "no"},
    ],
)
def test_what_is_no_job_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        decoded(line)


def test_a_decision_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no decision 'burn'"):
        decoded({"do": "review", "decision": "burn", "numbers": [1], "copy": None})
