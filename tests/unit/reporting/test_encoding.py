import base64
import hashlib
import json
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from pictured.disk.paths import shown
from pictured.reporting.encoding import base64_of, data, fingerprint

TEXTS = st.text() | st.sampled_from(["</script>", "<!--", "]]>", "\u2028", "\udcff", "'\"`", "\u202egpj", "\0"])


class Blocks(HTMLParser):
    """What a browser sees in a data block."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(max_examples=50, deadline=None)
@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS.map(shown), inner)))
def test_no_text_leaves_its_data_block(value: object) -> None:
    read = Blocks()
    read.feed(f'<script type="application/json">{data(value)}</script>')
    read.close()

    assert read.tags == ["script"]
    assert json.loads(read.text) == json.loads(data(value))
    assert not set("<>&") & set(data(value))
    assert data(value).isascii()


@given(TEXTS)
def test_a_text_arrives_as_it_is_shown(text: str) -> None:
    assert json.loads(data([text])) == [shown(text)]


@given(st.floats())
def test_numbers_are_short_and_always_json(number: float) -> None:
    found = json.loads(data(number))

    assert found is None or abs(found - number) < 0.001


def test_a_fingerprint_is_the_hash_of_the_bytes() -> None:
    digest = base64.b64encode(hashlib.sha256("« a »".encode()).digest()).decode()

    assert fingerprint("« a »") == f"'sha256-{digest}'"


@given(st.binary())
def test_bytes_come_back(content: bytes) -> None:
    assert base64.b64decode(base64_of(content)) == content
