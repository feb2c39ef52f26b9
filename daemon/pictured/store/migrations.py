"""The schema of the index. Append a script to change it; a published script is never edited.

Paths are the bytes that the system gave (`os.fsencode`), never text: names need not be UTF-8, and bytes compare by
value, without case folding. The path of a folder ends with a slash, so that everything at or below a folder is one
range of the index. Columns without a type keep integers of any size (see `rows.number`). Times are Unix seconds.
"""

import sqlite3
from collections.abc import Iterator

APPLICATION = 0x50494354
"""SQLite's application id of our files: "PICT"."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE roots (
        path BLOB NOT NULL PRIMARY KEY CHECK (typeof(path) = 'blob'),
        device,
        seen_at REAL,
        scanned_at REAL,
        offline_since REAL
    ) WITHOUT ROWID;

    CREATE TABLE folders (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE CHECK (typeof(path) = 'blob' AND substr(path, -1) = x'2f')
    );

    -- Numbers of contents and placed files are shown to people and kept in memory: AUTOINCREMENT never uses one twice.
    CREATE TABLE contents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        digest BLOB NOT NULL UNIQUE CHECK (typeof(digest) = 'blob' AND length(digest) = 32),
        phash BLOB NOT NULL CHECK (typeof(phash) = 'blob' AND length(phash) = 32),
        marr BLOB CHECK (marr IS NULL OR length(marr) = 72),
        size INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        format TEXT NOT NULL,
        mode TEXT NOT NULL,
        bit_depth INTEGER NOT NULL,
        frames INTEGER NOT NULL,
        luma_quantiser REAL,
        taken TEXT,
        camera TEXT,
        metadata TEXT NOT NULL
    );

    -- What makes a content findable. Apart from contents, so that listing files does not read it.
    CREATE TABLE features (
        content INTEGER PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
        crops BLOB NOT NULL CHECK (typeof(crops) = 'blob' AND length(crops) % 32 = 0),
        points BLOB NOT NULL CHECK (typeof(points) = 'blob' AND length(points) % 14 = 0)
    );

    -- Apart from features, so that reading all of those does not read every thumb.
    CREATE TABLE thumbs (
        content INTEGER PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
        luminance BLOB NOT NULL CHECK (typeof(luminance) = 'blob')
    );

    -- A path about which something is known. Without a size its stamp is unknown and there is a failure.
    CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        folder INTEGER NOT NULL REFERENCES folders,
        name BLOB NOT NULL CHECK (typeof(name) = 'blob'),
        size,
        mtime_ns,
        inode,
        device,
        changed_ns,
        content INTEGER REFERENCES contents,
        missing_since REAL,
        handled INTEGER NOT NULL DEFAULT 0 CHECK (handled IN (0, 1)),
        UNIQUE (folder, name),
        CHECK (content IS NULL OR size IS NOT NULL),
        CHECK (missing_since IS NULL OR content IS NOT NULL)
    );
    CREATE INDEX files_by_content ON files (content, missing_since);
    CREATE INDEX files_by_inode ON files (inode, mtime_ns) WHERE content IS NOT NULL;
    CREATE INDEX files_missing ON files (missing_since) WHERE missing_since IS NOT NULL;

    CREATE TABLE failures (
        file INTEGER PRIMARY KEY REFERENCES files ON DELETE CASCADE,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        retry INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        retry_at REAL
    );

    CREATE TABLE placed (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entry TEXT NOT NULL,
        query BLOB CHECK (typeof(query) IN ('blob', 'null')),
        source BLOB NOT NULL CHECK (typeof(source) = 'blob'),
        target BLOB NOT NULL CHECK (typeof(target) = 'blob'),
        digest BLOB NOT NULL CHECK (typeof(digest) = 'blob'),
        form TEXT NOT NULL,
        reason TEXT NOT NULL,
        size NOT NULL,
        mtime_ns NOT NULL,
        inode NOT NULL,
        device NOT NULL,
        changed_ns NOT NULL,
        active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
    );
    CREATE UNIQUE INDEX placed_by_target ON placed (target) WHERE active;
    CREATE INDEX placed_by_entry ON placed (entry, digest) WHERE active;
    CREATE INDEX placed_by_digest ON placed (digest) WHERE active;

    CREATE TABLE intents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        entry TEXT NOT NULL,
        query BLOB CHECK (typeof(query) IN ('blob', 'null')),
        source BLOB NOT NULL CHECK (typeof(source) = 'blob'),
        target BLOB NOT NULL CHECK (typeof(target) = 'blob'),
        digest BLOB NOT NULL CHECK (typeof(digest) = 'blob'),
        form TEXT NOT NULL,
        reason TEXT NOT NULL,
        size NOT NULL,
        mtime_ns NOT NULL,
        inode NOT NULL,
        device NOT NULL,
        changed_ns NOT NULL,
        replaces INTEGER REFERENCES placed
    );

    CREATE TABLE deeds (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        what TEXT NOT NULL,
        placed INTEGER NOT NULL REFERENCES placed
    );
    CREATE INDEX deeds_by_placed ON deeds (placed);

    CREATE TABLE answers (
        entry TEXT NOT NULL,
        query BLOB NOT NULL CHECK (typeof(query) = 'blob'),
        placed INTEGER NOT NULL REFERENCES placed,
        reason TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (entry, query)
    ) WITHOUT ROWID;
    CREATE INDEX answers_by_placed ON answers (placed);

    CREATE TABLE declined (
        entry TEXT NOT NULL,
        digest BLOB NOT NULL CHECK (typeof(digest) = 'blob'),
        at REAL NOT NULL,
        PRIMARY KEY (entry, digest)
    ) WITHOUT ROWID;

    CREATE TABLE runs (
        name TEXT NOT NULL PRIMARY KEY,
        at REAL NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE notes (
        name TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- What a rule, by the digest of what it says, made of a content. Asked before it is carried out again.
    CREATE TABLE renders (
        source BLOB NOT NULL CHECK (typeof(source) = 'blob' AND length(source) = 32),
        rule BLOB NOT NULL CHECK (typeof(rule) = 'blob' AND length(rule) = 32),
        entry TEXT NOT NULL,
        path BLOB NOT NULL CHECK (typeof(path) = 'blob'),
        at REAL NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('placed', 'kept', 'refused')),
        reason TEXT NOT NULL,
        told TEXT NOT NULL,
        PRIMARY KEY (source, rule)
    ) WITHOUT ROWID;
    CREATE INDEX placed_by_source ON placed (source) WHERE active;
    """,
    """
    -- Steps that wait for a person, and what became of them. `asked` is the digest of who asks for the content: the
    -- query picture, the collect entry of a group of copies, or the rule. Without a form it is a rule's.
    CREATE TABLE proposals (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        entry TEXT NOT NULL,
        asked BLOB NOT NULL CHECK (typeof(asked) = 'blob' AND length(asked) = 32),
        query BLOB CHECK (typeof(query) IN ('blob', 'null')),
        source BLOB NOT NULL CHECK (typeof(source) = 'blob'),
        digest BLOB NOT NULL CHECK (typeof(digest) = 'blob' AND length(digest) = 32),
        target BLOB NOT NULL CHECK (typeof(target) = 'blob'),
        form TEXT,
        reason TEXT NOT NULL,
        replaces INTEGER REFERENCES placed,
        size NOT NULL,
        mtime_ns NOT NULL,
        inode NOT NULL,
        device NOT NULL,
        changed_ns NOT NULL,
        orders TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'done', 'dropped')),
        note TEXT,
        chosen INTEGER NOT NULL DEFAULT 0 CHECK (chosen IN (0, 1)),
        UNIQUE (entry, asked, digest, target)
    );
    CREATE INDEX proposals_by_state ON proposals (state);

    CREATE TABLE denied (
        asked BLOB NOT NULL CHECK (typeof(asked) = 'blob' AND length(asked) = 32),
        digest BLOB NOT NULL CHECK (typeof(digest) = 'blob' AND length(digest) = 32),
        at REAL NOT NULL,
        PRIMARY KEY (asked, digest)
    ) WITHOUT ROWID;
    """,
    """
    -- A companion is placed together with a picture, its unit. Steps hold theirs as JSON. An undo that was begun is
    -- finished after a crash, so that a unit never stays half taken back.
    ALTER TABLE placed ADD COLUMN unit INTEGER REFERENCES placed;
    CREATE INDEX placed_by_unit ON placed (unit) WHERE unit IS NOT NULL;
    ALTER TABLE intents ADD COLUMN companions TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE proposals ADD COLUMN companions TEXT NOT NULL DEFAULT '[]';
    CREATE TABLE undoing (
        placed INTEGER NOT NULL PRIMARY KEY REFERENCES placed
    );
    """,
    """
    -- A file of a size that is known may be a copy, which its digest tells without decoding it.
    CREATE INDEX contents_by_size ON contents (size);
    """,
    """
    -- Which file system a folder lies on, as JSON: the number of a device may be given to the next drive.
    ALTER TABLE roots ADD COLUMN volume TEXT;
    """,
)
"""One script for each version of the schema; the index records in `user_version` how many it has had."""


def statements(script: str) -> Iterator[str]:
    """Split a script where SQLite says that a statement is complete.

    `executescript` would commit the transaction that is to hold the migration together with its record.
    """
    statement = ""
    for piece in script.split(";")[:-1]:
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
