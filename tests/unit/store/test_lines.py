from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pictured.store.lines import Lines

ROWS = st.dictionaries(st.text(max_size=3), st.none() | st.integers() | st.text(max_size=5), max_size=3)


@given(st.lists(ROWS | st.just("cut off"), max_size=8))
def test_what_was_added_comes_back_in_order_though_lines_were_cut_off(
    tmp_path_factory: object, rows: list[dict[str, object] | str]
) -> None:
    file: Path = tmp_path_factory.mktemp("state") / "rows.jsonl"  # type: ignore[attr-defined]
    lines = Lines(file)
    for row in rows:
        if isinstance(row, dict):
            lines.add(row)
        else:
            with file.open("a") as written:
                written.write('{"a": 1, "b')
    kept = [row for row in rows if isinstance(row, dict)]
    assert list(lines.read()) == kept
    lines.replace(kept[:1])
    assert list(lines.read()) == kept[:1]


def test_a_file_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "rows.jsonl")
    assert (lines.exist, list(lines.read())) == (False, [])
    lines.replace([])
    assert (lines.exist, list(lines.read())) == (True, [])
