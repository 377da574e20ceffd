"""Any file is read as what its bytes say: a scan, a mesh, a photo or voxels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from occstudio.errors import InvalidGeometryError, UnreadableFileError
from occstudio.exchange.observation_reader import read_observation
from occstudio.shapes.image import Image
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.voxel_grid import VoxelGrid


def write_binvox(path: Path, cells: np.ndarray, head: str = "") -> None:
    """As binvox writes it: x slowest, y fastest, runs of up to 255."""
    flat = cells.transpose(0, 2, 1).ravel().astype(np.uint8)
    body = bytearray()
    start = 0
    while start < len(flat):
        run = 1
        while start + run < len(flat) and flat[start + run] == flat[start] and run < 255:
            run += 1
        body += bytes([int(flat[start]), run])
        start += run
    x, y, z = cells.shape
    text = f"#binvox 1\ndim {x} {z} {y}\n{head}data\n"
    path.write_bytes(text.encode() + bytes(body))


def _corner() -> np.ndarray:
    cells = np.zeros((16, 16, 16), np.bool_)
    cells[:8, 0, 0] = cells[0, :4, 0] = cells[0, 0, :2] = True
    return cells


def test_binvox_has_its_axes_in_order_and_its_place_in_the_world(tmp_path: Path) -> None:
    write_binvox(tmp_path / "a.binvox", _corner(), "translate 1 2 3\nscale 8\n")
    grid = read_observation(tmp_path / "a.binvox").observation
    assert isinstance(grid, VoxelGrid)
    assert np.array_equal(grid.occupancy, _corner())
    assert grid.origin == (1, 2, 3)
    assert grid.cell == 0.5
    np.testing.assert_allclose(grid.frame.to_world(np.full((1, 3), -0.5)), [[1, 2, 3]])


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.float32])
def test_arrays_of_three_dimensions_are_voxels(tmp_path: Path, dtype: type) -> None:
    np.save(tmp_path / "a.npy", _corner().astype(dtype))
    np.savez(tmp_path / "b.npz", voxels=_corner().astype(dtype), other=np.zeros(3))
    np.save(tmp_path / "c.npy", _corner().astype(dtype)[None])
    for name in ("a.npy", "b.npz", "c.npy"):
        grid = read_observation(tmp_path / name).observation
        assert isinstance(grid, VoxelGrid)
        assert np.array_equal(grid.occupancy, _corner())


def test_a_volume_of_densities_is_cut_half_way_and_says_so(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 8)[:, None, None] * np.ones((8, 8, 8))
    np.save(tmp_path / "a.npy", ramp)
    found = read_observation(tmp_path / "a.npy")
    assert isinstance(found.observation, VoxelGrid)
    assert found.observation.occupancy[4:].all()
    assert not found.observation.occupancy[:4].any()
    assert "above 0.5" in found.notes[0]


def test_rows_of_points_are_points_however_they_are_arranged(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(20, 30, 3))
    np.save(tmp_path / "a.npy", points)
    np.savez(tmp_path / "b.npz", points=points.reshape(-1, 3))
    for name in ("a.npy", "b.npz"):
        assert isinstance(read_observation(tmp_path / name).observation, PointCloud)


def test_scans_meshes_and_photos_are_what_they_are(
    tmp_path: Path, write_sample: Callable[[str], Path]
) -> None:
    Pillow.new("RGB", (4, 4)).save(tmp_path / "a.png")
    assert isinstance(read_observation(tmp_path / "a.png").observation, Image)
    assert isinstance(read_observation(write_sample("mesh.ply")).observation, PointCloud)
    assert isinstance(read_observation(write_sample("plain.xyz")).observation, PointCloud)


@pytest.mark.parametrize("keep", [8, 20, 60])
def test_a_cut_off_binvox_is_one_sentence(tmp_path: Path, keep: int) -> None:
    write_binvox(tmp_path / "a.binvox", _corner())
    whole = (tmp_path / "a.binvox").read_bytes()
    (tmp_path / "a.binvox").write_bytes(whole[:keep])
    with pytest.raises(UnreadableFileError, match="damaged or cut off"):
        read_observation(tmp_path / "a.binvox")


def test_a_lying_or_empty_grid_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    path = tmp_path / "a.binvox"
    path.write_bytes(b"#binvox 1\ndim 90000 90000 90000\ndata\n\1\xff")
    with pytest.raises(InvalidGeometryError, match="too many"):
        read_observation(path)
    np.save(tmp_path / "empty.npy", np.zeros((8, 8, 8), np.bool_))
    with pytest.raises(InvalidGeometryError, match="empty"):
        read_observation(tmp_path / "empty.npy")
    np.save(tmp_path / "nan.npy", np.full((8, 8, 8), np.nan))
    with pytest.raises(UnreadableFileError, match="not finite"):
        read_observation(tmp_path / "nan.npy")
