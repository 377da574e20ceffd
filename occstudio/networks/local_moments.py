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


def describe(moments: Tensor, at: Tensor, width: Tensor) -> Tensor:
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

    Returns
    -------
    (20, scales, n) float32
        Offset of the points' mean (3), its part along the thinnest axis (3), covariance (6),
        square roots of its eigenvalues (3), distances from the plane, from the line and from the
        mean (3), logarithm of the number of points, and how far that is from none.
    """
    count, first, second = moments[0], moments[1:4].unbind(), moments[4:].unbind()
    query = at.contiguous().unbind()
    scale = 1 / ((count + _FEW) * width)
    o = [(first[a] - count * query[a]) * scale for a in range(3)]
    scale = scale / width
    cov = [
        (second[k] - first[a] * query[b] - first[b] * query[a] + count * query[a] * query[b])
        * scale
        - o[a] * o[b]
        for k, (a, b) in enumerate(_PAIRS)
    ]
    xx, xy, xz, yy, yz, zz = cov
    large, middle, small = _eigenvalues(xx, xy, xz, yy, yz, zz)
    stretched = [
        xx * o[0] + xy * o[1] + xz * o[2],
        xy * o[0] + yy * o[1] + yz * o[2],
        xz * o[0] + yz * o[1] + zz * o[2],
    ]
    less_large = [s - large * a for s, a in zip(stretched, o, strict=True)]
    less_middle = [s - middle * a for s, a in zip(stretched, o, strict=True)]
    less_small = [s - small * a for s, a in zip(stretched, o, strict=True)]
    gap = 1 / ((small - large) * (small - middle) + _TINY)
    m = less_middle
    normal_part = [
        ((xx - large) * m[0] + xy * m[1] + xz * m[2]) * gap,
        (xy * m[0] + (yy - large) * m[1] + yz * m[2]) * gap,
        (xz * m[0] + yz * m[1] + (zz - large) * m[2]) * gap,
    ]
    across = sum(a * b for a, b in zip(less_large, less_middle, strict=True)) * gap
    gap = 1 / ((large - middle) * (large - small) + _TINY)
    along = sum(a * b for a, b in zip(less_middle, less_small, strict=True)) * gap
    square = o[0] * o[0] + o[1] * o[1] + o[2] * o[2]
    roots = [_root(x) for x in (large, middle, small, across, square - along, square)]
    known = [torch.log1p(count), count / (count + 1)]
    return torch.stack([*o, *normal_part, *cov, *roots, *known])


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


def _root(square: Tensor) -> Tensor:
    return torch.sqrt(square.clamp_min(0.0) + _TINY)
