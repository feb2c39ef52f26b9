import pytest

from pictured.errors import UsageError
from pictured.service.review_guard import Asked, foreign, guard_of, is_known, same

GUARD = guard_of("127.0.0.1", 4711, "session")
HOST = {"host": "127.0.0.1:4711"}


def asked(method: str = "GET", **headers: str) -> Asked:
    return Asked(method, HOST | {name.replace("_", "-"): value for name, value in headers.items()}, {})


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(host="localhost:4711"),
        asked(origin="http://127.0.0.1:4711", sec_fetch_site="same-origin"),
        asked("POST", origin="http://127.0.0.1:4711"),
        asked("POST", host="localhost:4711", origin="http://localhost:4711"),
        asked(sec_fetch_site="none"),
    ],
)
def test_a_request_of_the_page_itself_is_let_in(request_: Asked) -> None:
    assert foreign(request_, GUARD) is None


@pytest.mark.parametrize(
    "request_",
    [
        asked(host="evil.example:4711"),
        asked(host="127.0.0.1"),
        asked(host="127.0.0.1:4712"),
        asked(host="127.0.0.1:4711,evil.example"),
        asked(host=""),
        asked(origin="http://evil.example"),
        asked(origin="null"),
        asked(origin="https://127.0.0.1:4711"),
        asked(origin="http://localhost:4711"),
        asked("POST"),
        asked("POST", origin="http://127.0.0.1:8080"),
        asked(sec_fetch_site="cross-site"),
        asked(sec_fetch_site="same-site"),
    ],
)
def test_a_request_from_elsewhere_is_refused(request_: Asked) -> None:
    assert foreign(request_, GUARD) is not None


def test_only_the_cookie_makes_a_browser_known() -> None:
    assert is_known(Asked("GET", HOST, {GUARD.cookie: "session"}), GUARD)
    assert not is_known(Asked("GET", HOST, {GUARD.cookie: "sessioN"}), GUARD)
    assert not is_known(Asked("GET", HOST, {"pictured-review-1": "session"}), GUARD)
    assert not is_known(Asked("GET", HOST, {}), GUARD)


def test_secrets_of_any_text_are_compared() -> None:
    assert same("é", "é")
    assert not same("\udcff", "")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "example.org", ""])  # noqa: S104  it is refused
def test_an_address_that_no_browser_can_open_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="--address"):
        guard_of(address, 80, "")


def test_an_address_that_is_asked_for_is_its_own_name_only() -> None:
    assert guard_of("192.0.2.7", 80, "").hosts == {"192.0.2.7:80", "192.0.2.7"}
    assert guard_of("::1", 81, "").hosts == {"[::1]:81", "localhost:81"}
