from pictured.store.postgres.translating import translated


def test_placeholders_become_those_of_psycopg() -> None:
    assert translated("SELECT a FROM t WHERE b = ? AND c >= ?") == "SELECT a FROM t WHERE b = %s AND c >= %s"
    assert translated("UPDATE t SET a = :state WHERE b = :id") == "UPDATE t SET a = %(state)s WHERE b = %(id)s"


def test_a_cast_is_no_placeholder_and_a_percent_sign_stays_one() -> None:
    assert translated("SELECT told::text FROM t WHERE entry LIKE 'rules/%'") == (
        "SELECT told::text FROM t WHERE entry LIKE 'rules/%%'"
    )


def test_the_order_of_tables_is_left_to_the_server() -> None:
    assert translated("SELECT 1 FROM a CROSS JOIN b ON b.a = a.id") == "SELECT 1 FROM a JOIN b ON b.a = a.id"
