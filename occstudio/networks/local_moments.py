"""What the scan itself looks like around a query: its moments under a window, at several scales.

Feature maps say what is inside and what outside, but a cell of theirs is three times as wide as a
chair's rod. The scan knows better. Zeroth, first and second moments of the points are summed into
lattices, each point into the eight nodes around it, and interpolated at the query. Since moments
add up, that is a window of the width of a cell around *any* place, without a search for
neighbours; and from moments follow the mean, the spread and the principal axes of the points in
it: the plane or the line that moving least squares (Levin 2003) would fit there, and how far away
that is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor

from occstudio.networks.map_sampling import corners, feature_rows, weighted_rows
from occstudio.networks.plane_coordinates import map_coordinates

MOMENTS: Final = 10
"""1, x, y, z, xx, xy, xz, yy, yz, zz."""

DESCRIPTORS: Final = 20
"""Numbers that describe one scale; see `describe`."""

_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_FEW: Final = 1e-3
_TINY: Final = 1e-4


def map_name(resolution: int) -> str:
    """Name of the moments' lattice among the feature maps of a shape."""
    return f"moments{resolution}"


def sum_moments(points: Tensor, resolutions: Sequence[int], padding: float) -> dict[str, Tensor]:
    """Sum the points' moments into lattices.

    Parameters
    ----------
    points : (B, T, 3) float32
        In the model's cube.
    resolutions : sequence of int
        Nodes along an axis, one lattice for each.
    padding : float
        The lattices span the cube of side ``1 + padding``.

    Returns
    -------
    dict of str to (B, 10, R, R, R)
        Indexed z, y, x like feature grids, channels last in memory.
    """
    batch = points.shape[0]
    with torch.no_grad():
        axes = map_coordinates(points, "grid", padding).movedim(-1, 0)  # (3, B, T)
        squares = [points[..., a] * points[..., b] for a, b in _PAIRS]
        ones = torch.ones_like(points[..., :1])
        moments = torch.cat([ones, points, torch.stack(squares, -1)], -1)  # (B, T, 10)
        lattices: dict[str, Tensor] = {}
        for resolution in resolutions:
            index, weight = corners(axes, resolution, "bilinear")  # (8, B, T)
            shapes = torch.arange(batch, device=points.device, dtype=index.dtype).unsqueeze(1)
            index = index + shapes * resolution**3
            table = points.new_zeros(batch * resolution**3, MOMENTS)
            for node, share in zip(index, weight, strict=True):
                rows = (share.unsqueeze(-1) * moments).view(-1, MOMENTS)
                table.index_add_(0, node.reshape(-1), rows)
            lattice = table.view(batch, resolution, resolution, resolution, MOMENTS)
            lattices[map_name(resolution)] = lattice.movedim(-1, 1)
    return lattices


def describe_at(
    points: Tensor, features: Mapping[str, Tensor], resolutions: Sequence[int], padding: float
) -> Tensor:
    """Describe the scan around queries: (B, T, 3) -> (20 * scales, B * T) float32.

    Descriptors come first, so that nothing of this is ever transposed.

    Parameters
    ----------
    points : (B, T, 3) float32
        Queries; differentiable in them.
    features : mapping of str to Tensor
        With the lattices of `sum_moments`.
    resolutions, padding
        As they were given to `sum_moments`.
    """
    batch = points.shape[0]
    axes = map_coordinates(points, "grid", padding).movedim(-1, 0)
    windows: list[Tensor] = []
    for resolution in resolutions:
        lattice = features[map_name(resolution)]
        index, weight = corners(axes, resolution, "bilinear")
        shapes = torch.arange(batch, device=points.device, dtype=index.dtype).unsqueeze(1)
        index = index + shapes * resolution**3
        rows = weighted_rows(feature_rows(lattice), index.flatten(1).t(), weight.flatten(1).t())
        windows.append(rows.t())  # (10, B * T)
    widths = points.new_tensor([(1 + padding) / (resolution - 1) for resolution in resolutions])
    described = describe(torch.stack(windows, 1), points.reshape(-1, 3).t(), widths.unsqueeze(1))
    return described.transpose(0, 1).flatten(0, 1)


def describe(moments: Tensor, at: Tensor, width: Tensor, out: Tensor | None = None) -> Tensor:
    """From the moments in windows of several scales to numbers a network can use.

    Lengths are in units of a window's width. The eigenvalues of the covariance are closed-form
    (Smith 1961), and so are the projections on its axes, by Sylvester's formula; both are smooth
    away from coinciding eigenvalues and finite there.

    Parameters
    ----------
    moments : (10, scales, n)
        About the cube's centre.
    at : (3, n)
        The queries.
    width : (scales, 1)
        Distance of the lattices' nodes.
    out : (20, scales, n), optional
        To be filled, where no gradients are wanted.

    Returns
    -------
    (20, scales, n) float32
        Offset of the points' mean (3), its part along the thinnest axis (3), covariance (6),
        square roots of its eigenvalues (3), distances from the plane, from the line and from the
        mean (3), logarithm of the number of points, and how far that is from none.
    """

    def rows(first: int, last: int) -> Tensor | None:
        return None if out is None else out[first:last]

    count, first, second = moments[0], moments[1:4], moments[4:]
    query = at.unsqueeze(1)
    scale = 1 / ((count + _FEW) * width)
    away = torch.addcmul(first, count, query, value=-1)
    offset = torch.mul(away, scale, out=rows(0, 3))
    cov = torch.cat([_about(first, second, query, away, axis) for axis in range(3)])
    cov = cov * (scale / width)
    o = offset.unbind()
    cov = torch.sub(
        cov, torch.cat((o[0] * offset, o[1] * offset[1:], o[2] * offset[2:])), out=rows(6, 12)
    )
    large, middle, small = _eigenvalues(*cov.unbind())
    columns = cov[:3], torch.stack((cov[1], *cov[3:5])), torch.stack((cov[2], *cov[4:6]))

    stretched = _product(columns, offset)
    less_large = torch.addcmul(stretched, large, offset, value=-1)
    less_middle = torch.addcmul(stretched, middle, offset, value=-1)
    less_small = torch.addcmul(stretched, small, offset, value=-1)
    gap = 1 / ((small - large) * (small - middle) + _TINY)
    twice = torch.addcmul(_product(columns, less_middle), large, less_middle, value=-1)
    normal_part = torch.mul(twice, gap, out=rows(3, 6))
    across = (less_large * less_middle).sum(0) * gap
    gap = 1 / ((large - middle) * (large - small) + _TINY)
    along = (less_middle * less_small).sum(0) * gap
    square = (offset * offset).sum(0)
    squares = torch.stack([large, middle, small, across, square - along, square])
    roots = torch.sqrt(squares.clamp_min(0.0) + _TINY, out=rows(12, 18))
    known = torch.stack([torch.log1p(count), count / (count + 1)], out=rows(18, 20))
    return torch.cat([offset, normal_part, cov, roots, known]) if out is None else out


def _about(first: Tensor, second: Tensor, query: Tensor, away: Tensor, axis: int) -> Tensor:
    """Second moments about the query, of one axis with itself and those after it."""
    start = (0, 3, 5)[axis]
    moved = torch.addcmul(second[start : start + 3 - axis], first[axis], query[axis:], value=-1)
    return torch.addcmul(moved, query[axis], away[axis:], value=-1)


def _product(columns: tuple[Tensor, Tensor, Tensor], vector: Tensor) -> Tensor:
    """Matrices by their columns, times vectors (3, ...)."""
    x, y, z = vector.unbind()
    return torch.addcmul(torch.addcmul(columns[0] * x, columns[1], y), columns[2], z)


def _eigenvalues(
    xx: Tensor, xy: Tensor, xz: Tensor, yy: Tensor, yz: Tensor, zz: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Of symmetric 3x3 matrices, the largest first."""
    mean = (xx + yy + zz) / 3
    a, b, c = xx - mean, yy - mean, zz - mean
    off = xy * xy + xz * xz + yz * yz
    spread = torch.sqrt((a * a + b * b + c * c + 2 * off) / 6 + 1e-10)
    determinant = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)
    half = (determinant / (2 * spread * spread * spread)).clamp(-0.9999, 0.9999)
    angle = torch.acos(half) / 3
    large = mean + 2 * spread * torch.cos(angle)
    small = mean + 2 * spread * torch.cos(angle + 2 * math.pi / 3)
    return large, 3 * mean - large - small, small
