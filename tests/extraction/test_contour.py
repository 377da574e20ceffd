"""Marching cubes on bricks against scikit-image and VTK on the dense array."""

import numpy as np
import pytest

from occstudio.extraction.cell_cases import cell_triangles
from occstudio.extraction.contour import contour
from occstudio.shapes.field import Box
from occstudio.shapes.grid import Grid, ValueGrid
from occstudio.shapes.mesh import Mesh
from tests.extraction.sampled_field import NoiseField, dense_values


def test_every_case_and_its_opposite_cross_the_same_edges() -> None:
    counts, edges = cell_triangles()
    assert counts[0] == counts[255] == 0
    for case in range(256):
        ours = set(edges[case, : counts[case]].ravel())
        opposite = set(edges[255 - case, : counts[255 - case]].ravel())
        assert ours == opposite


def test_white_noise_in_every_cell_gives_a_closed_surface() -> None:
    """All 256 cases, all ambiguous faces, side by side."""
    values = np.random.default_rng(0).normal(size=(26, 26, 26)).astype(np.float32)
    found = contour(ValueGrid.of_array(Grid(Box.cube(1), 25), values), 0.0)
    mesh = Mesh(found.vertices, found.faces)
    assert mesh.is_watertight
    assert mesh.volume > 0


def test_vertices_are_those_of_scikit_image() -> None:
    from skimage.measure import marching_cubes

    values = dense_values(NoiseField(3), 40)
    padded = np.pad(values, 1, constant_values=-1e6)
    theirs, faces, _, _ = marching_cubes(padded, 0.5, method="lorensen")
    found = contour(ValueGrid.of_array(Grid(Box.cube(40), 40), values), 0.5)
    ours = found.vertices + 20
    assert abs(len(ours) - len(theirs)) <= 2
    assert len(found.faces) == pytest.approx(len(faces), rel=0.01)
    from scipy.spatial import KDTree

    assert KDTree(theirs - 1).query(ours)[0].max() < 1e-3


def test_volume_and_area_are_those_of_flying_edges() -> None:
    import vtkmodules.util.numpy_support as bridge
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkMassProperties

    values = dense_values(NoiseField(5), 40)
    padded = np.pad(values, 1, constant_values=-1e6)
    image = vtkImageData()
    image.SetDimensions(padded.shape)
    image.GetPointData().SetScalars(bridge.numpy_to_vtk(padded.ravel(order="F"), deep=True))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.5)
    mass = vtkMassProperties()
    mass.SetInputConnection(edges.GetOutputPort())
    mass.Update()
    found = contour(ValueGrid.of_array(Grid(Box.cube(40), 40), values), 0.5)
    mesh = Mesh(found.vertices, found.faces)
    assert mesh.volume == pytest.approx(mass.GetVolume(), rel=1e-3)
    assert mesh.area == pytest.approx(mass.GetSurfaceArea(), rel=1e-2)


def test_a_full_box_is_all_cap() -> None:
    values = np.ones((9, 9, 9), np.float32)
    found = contour(ValueGrid.of_array(Grid(Box.cube(1), 8), values), 0.0)
    assert found.cap.any(axis=1).all()
    assert Mesh(found.vertices, found.faces).volume == pytest.approx(1, rel=1e-4)


def test_an_empty_box_has_no_triangles() -> None:
    values = -np.ones((10, 10, 10), np.float32)
    found = contour(ValueGrid.of_array(Grid(Box.cube(1), 9), values), 0.0)
    assert len(found.vertices) == len(found.faces) == 0
