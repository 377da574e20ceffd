"""Extraction against dense evaluation and against the published multiresolution rules.

One field, one run, one thread. ``published`` is MISE as in the Occupancy Networks code: 33**3
corners first, float32, batches of 100 000, all 27 points of every active voxel, all leaves
re-examined after each update, then scikit-image-compatible contouring of the whole grid by VTK,
the fastest there is. Its bookkeeping here is vectorised over dense arrays. Distances are between
each method's surface and the dense one, both ways, in voxels.

    python -m tests.benchmarks.benchmark_extraction --resolutions 64 128 256 512 1024

Seconds are wall-clock and, beside them, of the processor: on a busy machine only these compare.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import KDTree

from occstudio.extraction.surface import extract_surface
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.grid import Grid
from occstudio.shapes.mesh import Mesh
from tests.extraction.fitted_field import THRESHOLD, fitted_field, golden_folder
from tests.extraction.sampled_field import CountingField, dense_values

PUBLISHED_START, PUBLISHED_BATCH = 32, 100_000
DENSE_LIMIT = 256


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one resolution."""

    method: str
    resolution: int
    wall_s: float
    processor_s: float
    field_s: float
    evaluations: int
    mesh: Mesh


def published_values(field: Field, cells: int, level: float) -> NDArray[np.float32]:
    """Values of the grid by the rules of MISE; unasked points repeat the one before them."""
    depth = (cells // PUBLISHED_START).bit_length() - 1
    values = np.full((cells + 1,) * 3, np.nan, np.float32)
    active = [np.ones((PUBLISHED_START,) * 3, bool)]  # leaves that exist, by depth
    axis = np.arange(0, cells + 1, 1 << depth)
    unknown = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    while len(unknown):
        points = Grid(field.box, cells).positions(unknown)
        asked = [
            field(points[k : k + PUBLISHED_BATCH]) for k in range(0, len(points), PUBLISHED_BATCH)
        ]
        values[tuple(unknown.T)] = np.concatenate(asked)
        added: list[NDArray[np.int64]] = []
        for number in range(len(active)):
            if number == depth:
                break
            leaves = active[number]
            size = 1 << (depth - number)
            split = leaves & _touched(values >= level, leaves, size)
            split &= _touched(values <= level, leaves, size)
            if not split.any():
                continue
            active[number] = leaves & ~split
            if len(active) == number + 1:
                active.append(np.zeros((PUBLISHED_START << (number + 1),) * 3, bool))
            children = np.argwhere(split) * 2
            corners = np.stack(np.unravel_index(np.arange(27), (3, 3, 3)), -1)
            for corner in corners[(corners < 2).all(axis=1)]:
                active[number + 1][tuple((children + corner).T)] = True
            added.append((children[:, None] + corners).reshape(-1, 3) * (size // 2))
        if not added:
            break
        flat = np.unique(np.ravel_multi_index(tuple(np.concatenate(added).T), values.shape))
        flat = flat[np.isnan(values.ravel()[flat])]
        unknown = np.stack(np.unravel_index(flat, values.shape), -1)
    for direction in range(3):
        swept = np.moveaxis(values, direction, 0)
        for k in range(1, cells + 1):
            np.copyto(swept[k], swept[k - 1], where=np.isnan(swept[k]))
    return values


def _touched(marks: NDArray[np.bool_], leaves: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Which leaves of a depth have a marked point on or in them."""
    result = np.zeros(leaves.shape, bool)
    index = np.argwhere(leaves)
    offsets = np.stack(np.unravel_index(np.arange((size + 1) ** 3), (size + 1,) * 3), -1)
    found = np.zeros(len(index), bool)
    for offset in offsets:
        found |= marks[tuple((index * size + offset).T)]
    result[tuple(index.T)] = found
    return result


def flying_edges(values: NDArray[np.float32], grid: Grid, level: float) -> Mesh:
    """Contour of a dense array by VTK, closed at the box."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    padded = np.pad(values, 1, constant_values=-1e6)
    image = vtkImageData()
    image.SetDimensions(padded.shape)
    image.GetPointData().SetScalars(numpy_to_vtk(padded.transpose(2, 1, 0).ravel(), deep=True))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, level)
    edges.ComputeNormalsOff()
    edges.Update()
    found = edges.GetOutput()
    vertices = vtk_to_numpy(found.GetPoints().GetData()).astype(np.float64) - 1
    faces = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return Mesh(grid.positions(vertices), faces.astype(np.int32))


def measured(method: str, resolution: int, field: CountingField, make: Callable[[], Mesh]) -> Row:
    """Run a method once."""
    field.exact = field.roughly = 0
    field.processor_s = 0.0
    wall, processor = time.perf_counter(), time.process_time()
    mesh = make()
    return Row(
        method,
        resolution,
        time.perf_counter() - wall,
        time.process_time() - processor,
        field.processor_s,
        field.exact + field.roughly,
        mesh,
    )


def distance(mesh: Mesh, reference: Mesh, voxel: float) -> float:
    """Greatest distance between the vertices of two surfaces, both ways, in voxels."""
    there = KDTree(reference.vertices).query(mesh.vertices)[0].max()
    return float(max(there, KDTree(mesh.vertices).query(reference.vertices)[0].max()) / voxel)


def compare(field: Field, resolution: int, threshold: float) -> list[Row]:
    """All methods that this resolution allows."""
    grid, level = Grid(field.box, resolution), level_of(threshold)
    counted = CountingField(field, batch=field.batch)
    large = CountingField(field, batch=PUBLISHED_BATCH)
    rows: list[Row] = []
    if resolution <= DENSE_LIMIT:
        rows += [
            measured(
                "dense",
                resolution,
                counted,
                lambda: flying_edges(dense_values(counted, resolution), grid, level),
            ),
            measured(
                "published",
                resolution,
                large,
                lambda: flying_edges(published_values(large, resolution, level), grid, level),
            ),
        ]
    rows.append(
        measured(
            "occstudio",
            resolution,
            counted,
            lambda: (
                extract_surface(
                    counted, resolution=resolution, threshold=threshold, normals=False
                ).mesh
            ),
        )
    )
    return rows


ORIGINAL: dict[str, dict[int, tuple[float, int]]] = {
    "onet": {64: (2.8, 59_063), 128: (8.7, 153_007), 256: (32.0, 530_152)},
    "convonet": {64: (0.3, 0), 128: (0.9, 0), 256: (4.1, 541_190)},
}
"""Seconds and field queries of the papers' own generators on the same checkpoints."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compare ways to extract a surface.")
    parser.add_argument("--resolutions", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--case", choices=["convonet", "onet"], default="convonet")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    folder = golden_folder()
    if folder is None:
        sys.exit("the fitted golden checkpoint is not here: set OCCSTUDIO_GOLDEN to its folder")
    field = fitted_field(folder, arguments.case)
    field(np.zeros((1000, 3), np.float32))
    extract_surface(field, resolution=32, threshold=THRESHOLD, normals=False)
    write = sys.stdout.write
    write(f"the original generator, on two cores of a busy machine ({arguments.case}):\n")
    for resolution, (seconds, queries) in ORIGINAL[arguments.case].items():
        asked = f"{queries:,d}" if queries else "not stored"
        write(f"{resolution + 1:5d}^3 {seconds:7.1f} s, {asked} queries\n")
    write("points  method     wall s   cpu s  in field  asked points  to dense, voxels  peak GB\n")
    for resolution in arguments.resolutions:
        rows = compare(field, resolution, THRESHOLD)
        for row in rows:
            off = ""
            if len(rows) > 1:
                off = f"{distance(row.mesh, rows[0].mesh, 1.1 / resolution):.5f}"
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            write(
                f"{resolution + 1:5d}^3 {row.method:10s} {row.wall_s:7.2f} {row.processor_s:7.2f} "
                f"{row.field_s:9.2f} {row.evaluations:13,d} {off:>17s} {peak:8.2f}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
