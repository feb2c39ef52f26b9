import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pictured.disk.naming import Naming
from pictured.store.opening import open_store
from pictured.store.postgres.opening import open_shared

HOME = Path("/nowhere")


def test_both_engines_keep_the_same_tables_and_columns(tmp_path: Path, new_database: Callable[[], str]) -> None:
    here: dict[str, set[str]] = {}
    with closing(open_store(tmp_path, writer=True)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if not re.match(r"sqlite_", table):
                here[table] = {row[1] for row in db.execute(f"PRAGMA table_info({table})").fetchall()}
    there: dict[str, set[str]] = {}
    with closing(open_shared(new_database(), Naming("anna"), HOME, writer=True)) as shared:
        found = shared.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'pictured'"
        ).fetchall()
        for table, column in found:
            there.setdefault(table, set()).add(column)
    del there["versions"], there["changes"], there["all_intents"], there["all_undoing"]
    # SQLite's hashes are searched in memory.
    del there["flips"]
    there["contents"].remove("bits")
    assert there == here
