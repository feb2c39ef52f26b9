from pictured.service.diagnosis.finding import Finding, State, good, note, wrong


def test_what_is_good_needs_no_advice_and_everything_else_has_one() -> None:
    assert good("a", "b") == Finding("a", State.GOOD, "b", None)
    assert note("a", "b", "c") == Finding("a", State.NOTE, "b", "c")
    assert wrong("a", "b", "c") == Finding("a", State.WRONG, "b", "c")
