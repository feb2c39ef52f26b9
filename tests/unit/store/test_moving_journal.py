from decimal import Decimal

import pytest

from pictured.store.moving_journal import marks_of, numbers_of


@pytest.mark.parametrize(("columns", "marks"), [("a", "?"), ("a, b,\n c", "?, ?, ?")])
def test_each_column_has_its_placeholder(columns: str, marks: str) -> None:
    assert marks_of(columns) == marks


def test_integers_of_any_size_become_what_both_databases_keep() -> None:
    given = (Decimal(5), Decimal(2**64 - 1), None, "text", b"bytes", True, 1.5)
    assert numbers_of(given) == (5, str(2**64 - 1), None, "text", b"bytes", True, 1.5)
