"""LAS, LAZ and E57 where their packages are, and how to get them where not."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import MissingExtraError, UnreadableFileError
from occstudio.exchange.point_cloud_reader import read_point_cloud

_FAR = np.array([500000.0, 4500000.0, 100.0])


@pytest.fixture
def survey() -> np.ndarray:
    """Points in a map grid, in whole millimetres."""
    return np.random.default_rng(0).normal(size=(500, 3)).round(3) + _FAR


@pytest.mark.parametrize("suffix", ["las", "laz"])
def test_a_las_keeps_places_and_colours_and_is_refused_when_cut(
    tmp_path: Path, survey: np.ndarray, suffix: str
) -> None:
    laspy = pytest.importorskip("laspy")
    if suffix == "laz":
        pytest.importorskip("lazrs")
    header = laspy.LasHeader(point_format=3, version="1.2")
    header.offsets, header.scales = _FAR, [0.001] * 3
    data = laspy.LasData(header)
    data.x, data.y, data.z = survey.T
    data.red, data.green, data.blue = (np.arange(500) * k for k in (100, 120, 130))
    path = tmp_path / f"a.{suffix}"
    data.write(path)
    cloud = read_point_cloud(path)
    np.testing.assert_allclose(cloud.points, survey, atol=1e-6, rtol=0)
    assert cloud.frame.up == "+z"
    assert cloud.colors is not None
    assert cloud.colors[499].tolist() == [194, 232, 252]
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UnreadableFileError, match="cut off"):
        read_point_cloud(path)


def test_an_e57_keeps_its_places_and_is_refused_when_cut(
    tmp_path: Path, survey: np.ndarray
) -> None:
    pye57 = pytest.importorskip("pye57")
    local = survey - _FAR
    path = tmp_path / "a.e57"
    with pye57.E57(str(path), mode="w") as file:
        file.write_scan_raw({f"cartesian{a}": local[:, k] for k, a in enumerate("XYZ")})
    cloud = read_point_cloud(path)
    np.testing.assert_allclose(cloud.points, local, atol=1e-5)
    assert (cloud.frame.up, cloud.frame.unit) == ("+z", "m")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UnreadableFileError, match="cut off"):
        read_point_cloud(path)


@pytest.mark.parametrize(
    ("suffix", "magic", "package"),
    [("las", b"LASF", "laspy"), ("e57", b"ASTM-E57", "pye57")],
)
def test_without_its_package_the_way_to_get_it_is_told(
    tmp_path: Path, suffix: str, magic: bytes, package: str
) -> None:
    if importlib.util.find_spec(package) is not None:
        pytest.skip(f"{package} is installed here")
    (tmp_path / f"a.{suffix}").write_bytes(magic + b"\0" * 400)
    with pytest.raises(MissingExtraError, match=r"occstudio\[clouds\]"):
        read_point_cloud(tmp_path / f"a.{suffix}")
