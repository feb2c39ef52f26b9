"""The lowest quality that meets a target, in few trials. Pure: what a trial is, the caller knows."""

from collections.abc import Callable

_ENOUGH = 0.4
"""Points above the target that are not worth another trial."""


def lowest_quality(
    score_at: Callable[[int], float], target: float, guess: int, *, within: tuple[int, int], trials: int = 6
) -> int | None:
    """Find the lowest quality whose score is at least `target`, to within the trials' resolution.

    Scores rise with quality, roughly. Each trial is placed where the line through the two nearest ones known meets the
    target (regula falsi), so that four or five are enough where halving takes seven. Gives None where the highest
    quality misses the target.

    Args:
        score_at: tries a quality, and is called at most once for each.
        target: the score to be met.
        guess: the quality to try first.
        within: the lowest and the highest quality.
        trials: how many may be made before the best so far is taken; one more is made if none met the target.
    """
    lowest, highest = within
    known: dict[int, float] = {}
    quality = min(max(guess, lowest), highest)
    for _ in range(trials):
        known[quality] = score_at(quality)
        if 0 <= known[quality] - target <= _ENOUGH:
            return quality
        below = max((tried for tried, score in known.items() if score < target), default=lowest - 1)
        above = min((tried for tried, score in known.items() if score >= target and tried > below), default=highest + 1)
        if above - below <= 1:
            break
        quality = _next(known, target, below, above)
    met = [tried for tried, score in known.items() if score >= target]
    if met:
        return min(met)
    if highest not in known and score_at(highest) >= target:
        return highest
    return None


def _next(known: dict[int, float], target: float, below: int, above: int) -> int:
    """Place a trial strictly between two qualities, one of which may not have been tried."""
    if below in known and above in known:
        share = (target + _ENOUGH / 2 - known[below]) / (known[above] - known[below])
        guess = below + share * (above - below)
    else:
        # one point of quality is worth about half a point of score
        nearest = below if below in known else above
        guess = nearest + 2 * (target + _ENOUGH / 2 - known[nearest])
    return min(max(round(guess), below + 1), above - 1)
