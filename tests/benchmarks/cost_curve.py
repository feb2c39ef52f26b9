"""Draws what more pictures cost, from the figures of `million.py`: one panel for time, one for memory."""

from pathlib import Path

Figures = dict[str, float]

OURS, FAISS, IMAGEDEDUP = "#0b5fa5", "#c2410c", "#6b7280"
TIMES = {
    "query_ms": ("one hash within 31 bits", OURS, "-", 1e-3),
    "normal_query_ms": ("one picture, hashes and features", OURS, "--", 1e-3),
    "normal_start_s": ("start, with features", OURS, "-.", 1.0),
    "quick_start_s": ("start, hashes only", OURS, (0, (1, 3)), 1.0),
    "rescan_s": ("unchanged files compared", OURS, (0, (6, 2)), 1.0),
    "pairs_s": ("all pairs of hashes", OURS, ":", 1.0),
    "faiss_query_ms": ("one hash, faiss", FAISS, "-", 1e-3),
    "faiss_pairs_s": ("all pairs, faiss", FAISS, ":", 1.0),
    "bktree_query_ms": ("one hash, imagededup's BK tree", IMAGEDEDUP, "-", 1e-3),
    "brute_pairs_s": ("all pairs, imagededup", IMAGEDEDUP, ":", 1.0),
}
UNITS = {1e-5: "10 µs", 1e-4: "0.1 ms", 1e-3: "1 ms", 1e-2: "10 ms", 0.1: "0.1 s", 1.0: "1 s", 10.0: "10 s"}
UNITS |= {60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 36_000.0: "10 h", 864_000.0: "10 days"}
SIZES = {
    "quick_start_mb": ("quick: hashes only", OURS, "-", 1.0),
    "normal_start_mb": ("normal: with features", OURS, "--", 1.0),
    "normal_rows_mb": ("normal, all in memory", FAISS, "--", 1.0),
}


def plot(figures: dict[int, Figures], target: Path) -> None:
    """Draw the cost curve; the suffix of the file says the format, such as .svg or .png. All axes are logarithmic."""
    import matplotlib as mpl

    mpl.use("Agg")
    # With this and without a date, the same figures make the same file.
    mpl.rcParams.update({"svg.hashsalt": "pictured", "font.family": "sans-serif"})
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    sizes = sorted(figures)
    figure, (times, memory) = plt.subplots(1, 2, figsize=(12, 4.8), width_ratios=(11, 8), layout="constrained")
    for axes, lines in ((times, TIMES), (memory, SIZES)):
        ends = []
        for name, (label, colour, style, scale) in lines.items():
            shown = [size for size in sizes if name in figures[size]]
            if shown:
                values = [scale * figures[size][name] for size in shown]
                axes.plot(shown, values, color=colour, linestyle=style, linewidth=1.8, marker="o", markersize=3)
                ends.append((values[-1], label, colour))
        axes.set(xscale="log", yscale="log", xlabel="pictures", xlim=(sizes[0] / 1.3, sizes[-1] * 1.3))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
        axes.set_xticks(sizes)
        axes.minorticks_off()
        axes.margins(y=0.06)
        axes.grid(color="#e5e7eb", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        _label(axes, ends)
    times.set_title("CPU of one thread", loc="left", fontsize=11)
    memory.set_title("memory of the process that answers", loc="left", fontsize=11)
    _mark(times, UNITS)
    _mark(memory, {float(size): f"{size:,} MB" for size in (50, 100, 200, 500, 1000, 2000, 5000)})
    options = {"metadata": {"Date": None}} if target.suffix == ".svg" else {"dpi": 110}
    figure.savefig(target, **options)
    plt.close(figure)


def _label(axes: object, ends: list[tuple[float, str, str]]) -> None:
    """Name each line at its end; names that would lie on each other are moved up."""
    low, high = axes.get_ylim()
    least, step = 0.0, (high / low) ** (1 / 19)
    for value, label, colour in sorted(ends):
        least = max(value, least * step)
        axes.annotate(
            label,
            (1.0, least),
            xycoords=("axes fraction", "data"),
            xytext=(5, 0),
            textcoords="offset points",
            color=colour,
            fontsize=9,
            va="center",
            annotation_clip=False,
        )


def _mark(axes: object, marks: dict[float, str]) -> None:
    """Say what some values of the upright axis are."""
    low, high = axes.get_ylim()
    shown = {value: text for value, text in marks.items() if low <= value <= high}
    axes.set_yticks(list(shown), list(shown.values()))
