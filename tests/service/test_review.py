"""Steps that wait for a person, in the real process: approved, denied, changed, and cut off."""

import json
import os
import shutil
import signal
import sqlite3
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pytest
from tests.service.conftest import Done, Line, Sandbox, jpeg, put

ENTRY = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: review}
settle: 200ms
"""
RULE = """\
folders:
  - {path: '{root}/library', role: library}
rules:
  - name: web
    folders: ['{root}/library']
    actions: [{action: resize, percent: 50}]
    output: {into: '{root}/web'}
    mode: review
settle: 200ms
"""


def waiting(sandbox: Sandbox) -> list[Line]:
    return sandbox.pictured("review", "--list", "--json").lines


def decided(sandbox: Sandbox, *words: str | Path, code: int = 0) -> Done:
    done = sandbox.pictured("review", *words, "--json")
    assert done.code == code, (done.out, done.err)
    return done


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.fixture
def pair(sandbox: Sandbox) -> Sandbox:
    put(sandbox.root / "library/large.jpg", jpeg(1))
    put(sandbox.root / "library/small.jpg", jpeg(1, 240))
    put(sandbox.root / "queries/poor.jpg", jpeg(1, 120, 40))
    return sandbox


def test_nothing_is_written_until_it_is_approved_and_then_within_a_second(pair: Sandbox) -> None:
    with pair.daemon(pair.configure(ENTRY)) as daemon:
        proposed = daemon.wait("review.proposed")
        pair.idle(config=pair.root / "pictured.yaml")
        [found] = waiting(pair)
        before = files(pair.root / "best")
        approved = decided(pair, "approve", str(found["id"])).line
        written = files(pair.root / "best")
        placed = daemon.wait("copy.placed")

    assert before == {}
    assert (found["source"], found["query"]) == (
        str(pair.root / "library/large.jpg"),
        str(pair.root / "queries/poor.jpg"),
    )
    assert proposed["id"] == found["id"]
    assert (approved["state"], approved["error"]) == ("done", None)
    assert written == {"large.jpg": jpeg(1)}
    assert placed["target"] == str(pair.root / "best/large.jpg")
    assert daemon.told("review.decided", decision="approve", state="done")


def test_a_denied_pair_is_never_proposed_again(sandbox: Sandbox) -> None:
    put(sandbox.root / "library/large.jpg", jpeg(1))
    query = put(sandbox.root / "queries/poor.jpg", jpeg(1, 120, 40))
    config = sandbox.configure(ENTRY)
    with sandbox.daemon(config) as daemon:
        number = daemon.wait("review.proposed")["id"]
        sandbox.idle(config=config)
        assert decided(sandbox, "deny", str(number)).line["state"] == "denied"
        # The same bytes elsewhere are the same pair.
        shutil.copy(query, query.with_name("again.jpg"))
        daemon.wait("file.done", path=query.with_name("again.jpg"))
    again = sandbox.configure(ENTRY.replace("mode: review", "mode: review, layout: tree"), "other.yaml")
    with sandbox.daemon(again) as daemon:
        daemon.wait("file.done", path=query)
        sandbox.idle(config=again)
        assert not daemon.told("review.proposed")

    assert waiting(sandbox) == []
    assert files(sandbox.root / "best") == {}
    assert decided(sandbox, "undo", str(number)).line["state"] == "waiting"
    assert [each["id"] for each in waiting(sandbox)] == [number]


def test_another_copy_is_collected_where_a_person_prefers_it_and_stays(pair: Sandbox) -> None:
    small = pair.root / "library/small.jpg"
    config = pair.configure(ENTRY)
    with pair.daemon(config) as daemon:
        daemon.wait("file.done", times=3)
        pair.idle(config=config)
        [found] = waiting(pair)
        refused = decided(pair, "prefer", str(found["id"]), pair.root / "queries/poor.jpg", code=1).line
        chosen = decided(pair, "prefer", str(found["id"]), small).line
    with pair.daemon(pair.configure(ENTRY + "limits: {workers: 1}\n")) as daemon:
        pair.idle(config=config)

    assert "no known copy" in refused["error"]
    assert (chosen["state"], chosen["source"]) == ("done", str(small))
    assert files(pair.root / "best") == {"small.jpg": small.read_bytes()}
    assert waiting(pair) == []


def test_a_source_that_changed_meanwhile_is_not_written_but_planned_anew(pair: Sandbox) -> None:
    large = pair.root / "library/large.jpg"
    config = pair.configure(ENTRY)
    with pair.daemon(config) as daemon:
        daemon.wait("file.done", times=3)
        pair.idle(config=config)
        [found] = waiting(pair)
    large.unlink()
    dropped = decided(pair, "approve", str(found["id"]), code=1).line
    with pair.daemon(config) as daemon:
        daemon.wait("review.proposed", source=pair.root / "library/small.jpg")

    assert dropped["state"] == "dropped"
    assert "planned anew" in dropped["error"]
    assert files(pair.root / "best") == {}


def test_what_was_approved_before_a_crash_is_done_at_the_next_start(pair: Sandbox) -> None:
    config = pair.configure(ENTRY)
    with pair.daemon(config) as daemon:
        daemon.wait("file.done", times=3)
        pair.idle(config=config)
    # What a crash leaves between the decision and the write.
    with closing(sqlite3.connect(pair.state / "index.sqlite3", isolation_level=None)) as db:
        db.execute("UPDATE proposals SET state = 'approved' WHERE state = 'waiting'")

    with pair.daemon(config) as daemon:
        daemon.wait("copy.placed")

    assert files(pair.root / "best") == {"large.jpg": jpeg(1)}


def test_an_approval_is_taken_back_with_its_file(pair: Sandbox) -> None:
    config = pair.configure(ENTRY)
    with pair.daemon(config) as daemon:
        daemon.wait("file.done", times=3)
        pair.idle(config=config)
        decided(pair, "approve", "--all", "--entry", "best")
        written = files(pair.root / "best")
        [decision] = daemon.told("review.decided")
        undone = decided(pair, "undo", str(decision["id"])).line
        after = files(pair.root / "best")
        decided(pair, "approve", "--all")

    assert (undone["state"], len(written), after) == ("waiting", 1, {})
    assert files(pair.root / "best") == written


def test_a_rule_waits_too(sandbox: Sandbox) -> None:
    names = ("one", "two")
    for number, name in enumerate(names):
        put(sandbox.root / f"library/{name}.jpg", jpeg(number))
    config = sandbox.configure(RULE)
    with sandbox.daemon(config) as daemon:
        daemon.wait("review.proposed", times=2)
        sandbox.idle(config=config)
        found = {os.path.basename(each["source"]): each for each in waiting(sandbox)}  # noqa: PTH119  a text
        decided(sandbox, "deny", str(found["one.jpg"]["id"]))
        decided(sandbox, "approve", str(found["two.jpg"]["id"]))
        daemon.wait("rule.applied")

    assert found["two.jpg"]["do"] == "render"
    assert list(files(sandbox.root / "web")) == ["two.jpg"]
    assert waiting(sandbox) == []
    again = sandbox.configure(RULE + "limits: {workers: 1}\n")
    with sandbox.daemon(again) as daemon:
        sandbox.idle(config=again)
        assert not daemon.told("review.proposed")


def test_a_number_that_is_not_there_fails_and_says_so(pair: Sandbox) -> None:
    config = pair.configure(ENTRY)
    with pair.daemon(config) as daemon:
        daemon.wait("file.done", times=3)
        done = decided(pair, "approve", "77", code=1)
        wrong = pair.pictured("review", "approve")

    assert "no proposal 77" in done.line["error"]
    assert wrong.code == 2


def test_the_page_is_served_to_one_browser_on_this_machine_only(pair: Sandbox) -> None:
    pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
    put(pair.root / "library/<script>alert(1).jpg", jpeg(1, 300))
    with pair.daemon(pair.configure(ENTRY)) as daemon:
        daemon.wait("file.done", times=4)
        pair.idle(config=pair.root / "pictured.yaml")
        [found] = waiting(pair)
        serving = pair.begin("review", "--serve", "--json")
        try:
            assert serving.stdout is not None
            url = urlsplit(json.loads(serving.stdout.readline())["url"])
            assert url.hostname == "127.0.0.1"
            refused = [ask(url, "GET", path)[0] for path in ("/", "/?token=wrong", "/api/proposals")]
            entered, headers, _ = ask(url, "GET", f"/?{url.query}")
            cookie = {"Cookie": headers["set-cookie"].split(";")[0]}
            refused += [ask(url, "GET", f"/?{url.query}")[0]]
            refused += [ask(url, "GET", "/", **cookie, Host=f"evil.example:{url.port}")[0]]
            refused += [ask(url, "POST", "/api/approve", found["id"], **cookie, Origin="http://evil.example")[0]]
            refused += [ask(url, "POST", "/api/approve", found["id"], **cookie)[0]]
            before = files(pair.root / "best")
            shown, policy, page = ask(url, "GET", "/", **cookie)
            own = {**cookie, "Origin": f"http://{url.netloc}"}
            approved = ask(url, "POST", "/api/approve", found["id"], **own)[2]
            serving.send_signal(signal.SIGINT)
        finally:
            ended = pair.end(serving)

    assert refused == [403] * 7
    assert (entered, shown, before) == (303, 200, {})
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=strict" in headers["set-cookie"]
    assert policy["content-security-policy"].startswith("default-src 'none'; script-src 'sha256-")
    assert b"<script>alert" not in page
    assert json.loads(approved)["decisions"][0]["state"] == "done"
    assert files(pair.root / "best") == {"large.jpg": jpeg(1)}
    assert (ended.code, ended.err) == (0, "")


def ask(
    url: SplitResult, method: str, path: str, number: int | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    body = None if number is None else json.dumps({"ids": [number]})
    assert url.hostname is not None
    with closing(HTTPConnection(url.hostname, url.port, timeout=20)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
