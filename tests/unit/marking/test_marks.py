from pictured.marking.marks import Reading


def test_a_reading_without_a_key_tells_nothing_else() -> None:
    reading = Reading(None)
    assert (reading.bits, reading.margin_db, reading.rotation_deg, reading.mirrored) == (None, None, None, None)
    assert reading.confidence == 0
