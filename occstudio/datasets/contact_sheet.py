"""Pictures for people: the originals beside the solids that their labels describe.

Whether labels are right is seen at a glance and proved by no number: a chair that lost its
legs, a perforated seat, a solid grown fat or lying on its back. So every builder of a data set
should look at one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.datasets.mesh_source import MeshSource, SourceModel
from occstudio.datasets.occupancy_labels import normalised
from occstudio.datasets.shape_store import CELL, LATTICE_SIDE, ShapeStore, StoredShape
from occstudio.errors import UnknownNameError

_TILE = 250  # pixels
_PAIRS_PER_ROW = 4
_VIEW = (1.0, 0.75, 1.6)  # from the front, a little right and above; +Y is up


def label_sheet(store: ShapeStore, source: MeshSource, out_png: Path, ids: Sequence[str]) -> None:
    """Render models (grey) beside the surface of their stored labels (blue) into one picture.

    Parameters
    ----------
    store : ShapeStore
    source : MeshSource
        What the store was built from.
    out_png : Path
    ids : sequence of str
        Which models, in the order of the sheet.

    Raises
    ------
    UnknownNameError
        If the source or the store does not have one of them.
    """
    models = {model.id: model for model in source}
    rows = -(-len(ids) // _PAIRS_PER_ROW)
    columns = 2 * min(_PAIRS_PER_ROW, len(ids))
    plotter = pv.Plotter(
        off_screen=True,
        shape=(rows, columns),
        border=False,
        window_size=[columns * _TILE, rows * _TILE],
    )
    for number, shape_id in enumerate(ids):
        if shape_id not in models:
            raise UnknownNameError("model of the source", shape_id, list(models))
        row, pair = divmod(number, _PAIRS_PER_ROW)
        shape = store[store.index_of(shape_id)]
        _show(plotter, row, 2 * pair, _original(models[shape_id]), "lightgrey", shape_id)
        _show(plotter, row, 2 * pair + 1, _labelled(shape), "lightsteelblue", "")
    plotter.screenshot(str(out_png))
    plotter.close()


def _show(
    plotter: pv.Plotter, row: int, column: int, mesh: pv.PolyData, color: str, title: str
) -> None:
    plotter.subplot(row, column)
    plotter.add_mesh(mesh, color=color, smooth_shading=False)
    plotter.add_text(title, font_size=6, color="black")
    plotter.camera_position = [tuple(1.5 * np.array(_VIEW)), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0)]
    plotter.camera.view_angle = 30.0
    plotter.reset_camera_clipping_range()


def _original(model: SourceModel) -> pv.PolyData:
    vertices, faces = model.load()
    return _surface(normalised(vertices), faces)


def _labelled(shape: StoredShape) -> pv.PolyData:
    grid = pv.ImageData(
        dimensions=shape.sdf.shape, spacing=(CELL,) * 3, origin=(-LATTICE_SIDE / 2,) * 3
    )
    # A quarter step below zero: a stored zero is outside, and contouring at exactly a value of
    # the lattice makes slivers.
    grid.point_data["sdf"] = shape.sdf.ravel(order="F").astype(np.float32)
    surface: Any = grid.contour([-0.25], scalars="sdf", method="flying_edges")
    return surface


def _surface(vertices: NDArray[np.float64], faces: NDArray[np.int32]) -> pv.PolyData:
    cells = np.hstack([np.full((len(faces), 1), 3), faces]).astype(np.int64)
    return pv.PolyData(vertices, cells.ravel())
