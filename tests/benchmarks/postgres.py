"""Exact search of hashes inside PostgreSQL: CPU of the server, against comparing every row; space; speed of loading.

    python tests/benchmarks/postgres.py --url postgresql://USER@/EMPTY_DATABASE [--sizes 100000 1000000]
        [--figures FILE] [--plot postgres.svg]

The database must be empty and its server on this machine, whose /proc tells the CPU of the process behind the
connection. pictured makes the tables itself; the hashes of 256 bits are made up (`synthetic.py`) and loaded by COPY.
10 million rows take 6 GB and about a quarter of an hour. What `--figures` holds is not measured again.

    load_per_s      rows a second by COPY and one connection, the indexes of the bands made again afterwards
    table_bytes     the table of contents per picture; index_bytes: the eleven bands alone
    near_ms         one query within 31 bits: mean CPU of the server over 200 queries; near_wall_ms: as the client waits
    scan_ms         the same by comparing every row, in one process: mean of 3
    times           scan_ms / near_ms
    candidates      rows that the bands propose for one query
    missed          what near did not find and the scan did, over all queries of the scan; extra: the other way round
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from synthetic import hashes

from pictured.disk.naming import Naming
from pictured.store.postgres.banding import RADIUS, WIDTHS, near
from pictured.store.postgres.connection import Connection
from pictured.store.postgres.opening import open_shared

Figures = dict[str, float]

QUERIES, SCANS = 200, 3
COLUMNS = "digest, phash, size, width, height, format, mode, bit_depth, frames, camera, metadata"
BANDS = "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'contents_by_band_%'"
SCAN = (
    "SELECT id FROM contents WHERE bit_count(bits # ('x' || encode(%s, 'hex'))::bit(256)) <= "  # noqa: S608  a constant
    f"{RADIUS} ORDER BY id"
)


class Server:
    """The process of a server behind a connection."""

    def __init__(self, db: Connection) -> None:
        self.stat = Path(f"/proc/{db.server.info.backend_pid}/stat")

    def cpu(self) -> float:
        """Give the seconds of CPU that it took so far."""
        spent = self.stat.read_text().rsplit(")", 1)[1].split()
        return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def timed(self, name: str, count: int, figures: Figures) -> Iterator[None]:
        """Add the CPU and the time of each of `count` queries, ms."""
        spent, began = self.cpu(), time.monotonic()
        yield
        figures[f"{name}_ms"] = 1000 * (self.cpu() - spent) / count
        figures[f"{name}_wall_ms"] = 1000 * (time.monotonic() - began) / count


def load(db: Connection, rows: NDArray[np.uint8]) -> float:
    """Add contents to the catalogue; give the seconds."""
    began = time.monotonic()
    indexes = [str(row[0]) for row in db.server.execute(BANDS)]
    for index in indexes:
        db.server.execute(f"DROP INDEX {index.split()[2]}".encode())
    with db.server.cursor().copy(f"COPY contents ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bytea", "bytea", *["int8"] * 3, "text", "text", "int4", "int4", "text", "text"])
        for row in rows:
            told = (4_000_000, 6000, 4000, "JPEG", "RGB", 8, 1, "Canon EOS 5D", "exif,icc")
            copy.write_row((os.urandom(32), row.tobytes(), *told))
    for index in indexes:
        db.server.execute(index.encode())
    return time.monotonic() - began


def measured(db: Connection, kept: NDArray[np.uint8]) -> Figures:
    """Ask for copies of what is there."""
    figures: Figures = {}
    server = Server(db)
    asked = kept[np.random.default_rng(5).integers(0, len(kept), QUERIES)]
    for each in asked[:5]:
        near(db, each.tobytes(), RADIUS)
    before = _fetched(db)
    with server.timed("near", QUERIES, figures):
        found = [near(db, each.tobytes(), RADIUS) for each in asked]
    figures["candidates"] = (_fetched(db) - before) / QUERIES
    db.server.execute("SET max_parallel_workers_per_gather = 0")
    with server.timed("scan", SCANS, figures):
        all_rows = [{number for (number,) in db.server.execute(SCAN, (each.tobytes(),))} for each in asked[:SCANS]]
    told = [{number for number, _ in each} for each in found[:SCANS]]
    figures["missed"] = sum(len(right - ours) for right, ours in zip(all_rows, told, strict=True))
    figures["extra"] = sum(len(ours - right) for right, ours in zip(all_rows, told, strict=True))
    figures["times"] = figures["scan_ms"] / figures["near_ms"]
    sizes = "SELECT pg_table_size('contents'), " + " + ".join(
        f"pg_relation_size('contents_by_band_{band}')" for band in range(len(WIDTHS))
    )
    row = db.server.execute(sizes.encode()).fetchone()
    figures["table_bytes"], figures["index_bytes"] = (float(size) / len(kept) for size in row or ())
    return figures


def _fetched(db: Connection) -> int:
    db.server.execute("SELECT pg_stat_force_next_flush()")
    row = db.server.execute("SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'contents'").fetchone()
    return int(row[0]) if row else 0


def plot(figures: dict[int, Figures], target: Path) -> None:
    """Draw CPU per query over the number of pictures; both axes are logarithmic."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "pictured", "font.family": "sans-serif"})
    from matplotlib import pyplot as plt

    sizes = sorted(figures)
    figure, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    for name, label, colour in (
        ("scan_ms", "comparing every row", "#c2410c"),
        ("near_ms", "eleven bands", "#0b5fa5"),
    ):
        axes.plot(sizes, [figures[size][name] for size in sizes], color=colour, marker="o", markersize=4, label=label)
    axes.set(xscale="log", yscale="log", xlabel="pictures in the catalogue", ylabel="CPU of the server per query, ms")
    axes.grid(color="#e5e7eb", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(target, **({"metadata": {"Date": None}} if target.suffix == ".svg" else {"dpi": 110}))


def table(figures: dict[int, Figures]) -> str:
    """Give the figures as a table in Markdown, one column for each size."""
    names = list(dict.fromkeys(name for each in figures.values() for name in each))
    lines = [["", *(f"{size:,}" for size in figures)], ["---"] * (1 + len(figures))]
    shown: Callable[[float], str] = lambda value: f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"  # noqa: E731
    lines += [[name, *(shown(each[name]) for each in figures.values())] for name in names]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    known = json.loads(args.figures.read_text()) if args.figures and args.figures.exists() else {}
    figures: dict[int, Figures] = {int(size): each for size, each in known.items()}
    sizes: Sequence[int] = sorted(set(args.sizes) - set(figures))
    if sizes:
        kept = hashes(sizes[-1])
        with closing(open_shared(args.url, Naming("benchmark"), Path.cwd(), writer=True)) as db:
            (there,) = db.server.execute("SELECT count(*) FROM contents").fetchone() or (0,)
            if there:
                parser.error(f"the database holds {there} pictures already; name an empty one")
            for begin, size in zip([0, *sizes], sizes, strict=False):
                seconds = load(db, kept[begin:size])
                db.server.execute("VACUUM ANALYZE contents")
                figures[size] = {"load_per_s": (size - begin) / seconds} | measured(db, kept[:size])
                if args.figures:
                    args.figures.write_text(json.dumps(figures, indent=1))
    print(table(figures))
    if args.plot:
        plot(figures, args.plot)


if __name__ == "__main__":
    main()
