"""What others need to search hashes: faiss, and imagededup's two ways. Empty where they are not installed.

faiss searches the same hashes of 256 bits within the same radius. imagededup knows hashes of 64 bits only: it gets the
first 64 bits of ours, and 10 bits as its radius, its default, with a distance that is quicker than its own.

difPy has no index: it compares the pixels of every picture with those of every other, and keeps all of them in memory,
by default 50 x 50 pixels of three channels. That is 7,500 bytes each before it begins, 7.5 GB for a million, and half
a million million comparisons; it is not measured here.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Figures = dict[str, float]

_TOLERANCE = 10
_QUERIES = 10
_BATCH = 1000


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def faiss_figures(kept: NDArray[np.uint8], queries: NDArray[np.uint8], radius: int, expected: int) -> Figures:
    """IndexBinaryFlat, one thread; it has to find as many as we do."""
    try:
        import faiss
    except ModuleNotFoundError:
        return {}
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(kept)
    # Its radius is the first distance that is too far.
    found = sum(len(index.range_search(query[None], radius + 1)[2]) for query in queries)
    assert found == expected, f"faiss finds {found} hashes, we find {expected}"
    spent = [cpu(lambda q=query: index.range_search(q[None], radius + 1)) for query in queries]
    asked = kept[: min(_BATCH, len(kept))]
    batch = cpu(lambda: index.range_search(asked, radius + 1))
    return {"faiss_query_ms": 1000 * statistics.median(spent), "faiss_pairs_s": batch * len(kept) / len(asked)}


def imagededup_figures(kept: NDArray[np.uint8], queries: NDArray[np.uint8]) -> Figures:
    """Its BK tree and its compiled brute force; all pairs are so many queries of the latter, as it does them."""
    try:
        from imagededup.handlers.search.bktree import BKTree
        from imagededup.handlers.search.brute_force_cython import BruteForceCython
    except ModuleNotFoundError:
        return {}

    def apart(one: str, other: str) -> int:
        return (int(one, 16) ^ int(other, 16)).bit_count()

    hashes = {str(number): row[:8].tobytes().hex() for number, row in enumerate(kept)}
    asked = [query[:8].tobytes().hex() for query in queries[:_QUERIES]]
    trees: list[BKTree] = []
    building = cpu(lambda: trees.append(BKTree(hashes, apart)))
    tree = [cpu(lambda q=query: trees[0].search(q, _TOLERANCE)) for query in asked]
    brute = BruteForceCython(hashes, apart)
    scan = [cpu(lambda q=query: brute.search(q, _TOLERANCE)) for query in asked]
    return {
        "bktree_build_s": building,
        "bktree_query_ms": 1000 * statistics.median(tree),
        "brute_query_ms": 1000 * statistics.median(scan),
        "brute_pairs_s": statistics.median(scan) * len(kept),
    }
