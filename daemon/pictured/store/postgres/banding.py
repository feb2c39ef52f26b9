"""Exact search of perceptual hashes inside PostgreSQL, for catalogues that no machine's memory holds.

256 bits are cut into eleven bands of 23 and 24 bits. Two hashes that differ in at most 31 bits differ in at most one
bit of the first band, or in at most two of another: otherwise there were 2 + 10 * 3 = 32 of them. This is the general
pigeonhole principle of J. Qin et al., "GPH: Similarity Search in Hamming Space", ICDE 2018. A B-tree of each band
finds the 2,843 values that a band may have, and what it finds is compared in full.
"""

from collections.abc import Iterator

from pictured.store.database import Database

RADIUS = 31
"""The most bits by which hashes may differ that are found."""

WIDTHS = (24, 24, 24, *[23] * 8)
"""Bits of each band. The first is searched within one flip, the others within two."""


def _bands() -> list[tuple[int, int, int]]:
    """Give the first bit of each band, counted from 1, its width, and how many flips are searched."""
    return [(1 + sum(WIDTHS[:band]), width, 2 if band else 1) for band, width in enumerate(WIDTHS)]


def _indexes() -> str:
    return "\n".join(
        f"CREATE INDEX contents_by_band_{band} ON contents ((substring(bits FROM {begin} FOR {width})::int));"
        for band, (begin, width, _) in enumerate(_bands())
    )


def _search() -> str:
    return "\n UNION ".join(
        f"SELECT c.id, bit_count(c.bits # hash)::int FROM flips f"  # noqa: S608  only the numbers above
        f" JOIN contents c ON substring(c.bits FROM {begin} FOR {width})::int"
        f" = f.mask # substring(hash FROM {begin} FOR {width})::int"
        f" WHERE f.width = {width} AND f.flips <= {flips} AND bit_count(c.bits # hash) <= radius"
        for begin, width, flips in _bands()
    )


SCRIPT = f"""
    ALTER TABLE contents ADD COLUMN bits BIT(256) NOT NULL
        GENERATED ALWAYS AS (('x' || encode(phash, 'hex'))::bit(256)) STORED;
    {_indexes()}

    CREATE TABLE flips (
        width INTEGER NOT NULL,
        flips INTEGER NOT NULL,
        mask INTEGER NOT NULL,
        PRIMARY KEY (width, flips, mask)
    );
    INSERT INTO flips
        SELECT w, 0, 0 FROM unnest(ARRAY[23, 24]) w
        UNION ALL SELECT w, 1, 1 << i FROM unnest(ARRAY[23, 24]) w, generate_series(0, w - 1) i
        UNION ALL SELECT w, 2, (1 << i) | (1 << j)
            FROM unnest(ARRAY[23, 24]) w, generate_series(0, w - 1) i, generate_series(i + 1, w - 1) j;

    -- The plan must not depend on what the planner believes of a catalogue that was never analysed.
    CREATE FUNCTION near(hash BIT(256), radius INTEGER) RETURNS TABLE (content BIGINT, distance INTEGER)
        LANGUAGE plpgsql STABLE
        SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
        SET plan_cache_mode = force_generic_plan
        AS $$ BEGIN RETURN QUERY {_search()}; END $$;
"""  # noqa: S608  see above
"""What the schema needs for `near`; a published script is never edited."""


def near(db: Database, phash: bytes, radius: int) -> list[tuple[int, int]]:
    """Give the number of every content whose hash of 32 bytes is near, and in how many bits it differs.

    The nearest come first, and then the lowest number. Finds every one within the radius.

    Raises:
        ValueError: if the radius is not one of 0 to 31, or the hash has not 32 bytes.
    """
    if not 0 <= radius <= RADIUS or len(phash) != 32:
        raise ValueError(f"hashes of 32 bytes are found within 0 to {RADIUS} bits, not {len(phash)} within {radius}")
    statement = "SELECT content, distance FROM near(('x' || encode(?, 'hex'))::bit(256), ?) ORDER BY distance, content"
    return [(number, distance) for number, distance in db.execute(statement, (phash, radius))]


def pairs(db: Database, radius: int) -> Iterator[tuple[int, int, int]]:
    """Give every two contents whose hashes are near, by their numbers, the lower one first, and the bits that differ.

    Raises:
        ValueError: if the radius is not one of 0 to 31.
    """
    if not 0 <= radius <= RADIUS:
        raise ValueError(f"pairs are found within 0 to {RADIUS} bits, not {radius}")
    found = db.execute(
        "SELECT contents.id, n.content, n.distance FROM contents, near(bits, ?) n WHERE n.content > contents.id",
        (radius,),
    )
    return ((int(one), int(other), int(distance)) for one, other, distance in found)
