"""How fine a preview may be, so that it is there within a time budget."""

RESOLUTIONS = (16, 20, 24, 28, 32, 64, 128, 256)
"""Grids that previews use."""

NESTED = 32
"""From here on they are nested in each other, so a finer one keeps the answers."""

_OVERHEAD_S = {16: 0.002, 20: 0.002, 24: 0.003, 28: 0.004, 32: 0.004, 64: 0.012, 128: 0.04}


def preview_resolution(cost_per_point_s: float, budget_s: float) -> int:
    """The finest grid whose surface is extracted within the budget.

    Parameters
    ----------
    cost_per_point_s : float
        Seconds that the field takes for one point.
    budget_s : float
        Seconds that an extraction from nothing may take.

    Returns
    -------
    int
        One of `RESOLUTIONS`; the least one where even that is too slow.
    """
    best = RESOLUTIONS[0]
    for resolution in RESOLUTIONS:
        overhead = _OVERHEAD_S.get(resolution, 0.04 * (resolution / 128) ** 2)
        if expected_evaluations(resolution) * cost_per_point_s + overhead <= budget_s:
            best = resolution
    return best


def expected_evaluations(resolution: int) -> int:
    """About how many points a surface of usual size takes on a grid, from nothing."""
    if resolution <= 32:
        return (resolution + 1) ** 3
    return 33**3 + int(2.5 * resolution**2 * 4 / 3)
