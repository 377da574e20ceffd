"""Clouds that are written come back."""

from pathlib import Path

import numpy as np

from occstudio.exchange.point_cloud_reader import read_point_cloud
from occstudio.exchange.point_cloud_writer import write_point_cloud
from occstudio.shapes.point_cloud import PointCloud


def test_a_written_cloud_comes_back_point_by_point(tmp_path: Path) -> None:
    points = np.random.default_rng(0).uniform(-3, 5, (500, 3)).astype(np.float32)
    write_point_cloud(PointCloud.of(points), tmp_path / "cloud.ply")
    assert np.array_equal(read_point_cloud(tmp_path / "cloud.ply").points, points)
