"""Pictures as cameras wrote them, and as attackers did: counted without a gap, and never read twice."""

from pathlib import Path

import pytest
from tests.service.conftest import Sandbox


@pytest.mark.parametrize("name", ["exif", "camera", "hostile"])
def test_a_scan_accounts_for_every_file_and_a_second_one_reads_nothing(
    corpus: Path, sandbox: Sandbox, name: str
) -> None:
    folder = corpus / name
    if not folder.is_dir():
        pytest.skip(f"needs the pictures at {folder}")

    first = sandbox.pictured("scan", folder, "--json")
    second = sandbox.pictured("scan", folder, "--json")

    for done in (first, second):
        *failed, finished = done.lines
        assert finished["failed"] == len(failed) == len({line["path"] for line in failed})
        assert all(line["event"] == "file.failed" and line["error"] for line in failed)
        assert len(done.err.splitlines()) == len(failed)
        assert done.code == (1 if failed else 0)
        counts = ("hashed", "unchanged", "moved", "failed")
        assert finished["seen"] == sum(finished[count] for count in counts)
    assert first.lines[-1]["seen"] > 0
    assert first.lines[-1]["hashed"] > 0
    assert second.lines[-1]["seen"] == first.lines[-1]["seen"]
    assert second.lines[-1]["hashed"] == 0
    assert {line["path"] for line in second.lines[:-1]} == {line["path"] for line in first.lines[:-1]}
