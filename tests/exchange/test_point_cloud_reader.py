"""Clouds come out of every format as they went in, wherever and however large they are."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError, OccStudioError, UnreadableFileError
from occstudio.exchange.point_cloud_reader import read_point_cloud, read_point_cloud_with_notes

Scan = NDArray[np.float64]
Sample = Callable[[str], Path]


def _text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _rows(points: Scan, separator: str = " ") -> str:
    return "".join(separator.join(f"{v:.9g}" for v in row) + "\n" for row in points)


def test_every_format_gives_the_points_that_were_written(cloud_file: Path, scan: Scan) -> None:
    cloud = read_point_cloud(cloud_file)
    assert cloud.points.dtype == np.float64
    np.testing.assert_allclose(cloud.points, scan, atol=1e-6)
    assert np.abs(cloud.model_points).max() == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["ascii.ply", "little.ply", "big.ply", "archive.npz", "plain.xyz"])
def test_normals_come_along_as_unit_vectors(write_sample: Sample, scan: Scan, name: str) -> None:
    normals = read_point_cloud(write_sample(name)).normals
    assert normals is not None
    truth = scan / np.linalg.norm(scan, axis=1, keepdims=True)
    np.testing.assert_allclose(normals, truth, atol=1e-5)


@pytest.mark.parametrize("name", ["ascii.ply", "big.ply", "archive.npz", "header.csv",
                                  "scanner.pts", "ascii.pcd", "binary.pcd",
                                  "compressed.pcd"])  # fmt: skip
def test_colours_come_along_as_bytes(write_sample: Sample, name: str) -> None:
    colors = read_point_cloud(write_sample(name)).colors
    expected = read_point_cloud(write_sample("little.ply")).colors
    assert colors is not None
    assert expected is not None
    np.testing.assert_array_equal(colors, expected)


def test_a_mesh_gives_even_samples_on_its_surface(mesh_file: Path) -> None:
    found = read_point_cloud_with_notes(mesh_file, samples=5000, seed=3)
    assert len(found.cloud) == 5000
    assert found.cloud.normals is not None
    # outward on a convex solid about the origin
    assert (np.einsum("ij,ij->i", found.cloud.points, found.cloud.normals) > 0).all()
    np.testing.assert_array_equal(
        found.cloud.points, read_point_cloud(mesh_file, samples=5000, seed=3).points
    )
    assert "5,000 points taken from its 32 triangles" in found.notes


@pytest.mark.parametrize("separator", [" ", ",", ", ", "\t", ";", "   "])
@pytest.mark.parametrize("header", ["", "x y z\n", "# made by hand\n\n", "//X Y Z\n", "60\n"])
def test_text_is_read_with_any_separator_and_header(
    tmp_path: Path, scan: Scan, separator: str, header: str
) -> None:
    path = _text(tmp_path / "scan.txt", header.replace(" ", separator) + _rows(scan, separator))
    np.testing.assert_allclose(read_point_cloud(path).points, scan)


def test_a_header_says_which_columns_are_which(tmp_path: Path, scan: Scan) -> None:
    table = np.hstack([np.arange(60)[:, None], scan[:, ::-1]])
    path = _text(tmp_path / "scan.csv", '"id","Z [m]","Y","X"\n' + _rows(table, ","))
    np.testing.assert_allclose(read_point_cloud(path).points, scan)


def test_decimal_commas_and_windows_lines_are_understood(tmp_path: Path, scan: Scan) -> None:
    text = _rows(scan, ";").replace(".", ",").replace("\n", "\r\n")
    (tmp_path / "scan.csv").write_bytes(text.encode("utf-16"))
    np.testing.assert_allclose(read_point_cloud(tmp_path / "scan.csv").points, scan)


def test_labels_between_the_numbers_do_no_harm(tmp_path: Path, scan: Scan) -> None:
    rows = "".join(f"chair {x:.9g} {y:.9g} {z:.9g} ok\n" for x, y, z in scan)
    np.testing.assert_allclose(read_point_cloud(_text(tmp_path / "a.txt", rows)).points, scan)


def test_bad_rows_are_dropped_and_told(tmp_path: Path, scan: Scan) -> None:
    lines = _rows(scan).splitlines()
    lines[5:5] = ["nan nan nan", "inf 1 2", "1e300 0 0", "1 2", "what is this", lines[0], lines[1]]
    found = read_point_cloud_with_notes(_text(tmp_path / "scan.xyz", "\n".join(lines)))
    np.testing.assert_allclose(found.cloud.points, scan)
    assert "3 rows with NaN, infinite or absurd coordinates dropped" in found.notes
    assert "2 duplicates removed" in found.notes
    assert "2 lines that are no points skipped" in found.notes


def test_duplicates_keep_the_normals_of_the_first(tmp_path: Path, scan: Scan) -> None:
    twice = np.vstack([scan, scan])
    normals = np.vstack([np.tile([0.0, 0, 1], (60, 1)), np.tile([1.0, 0, 0], (60, 1))])
    np.savez(tmp_path / "a.npz", points=twice, normals=normals)
    cloud = read_point_cloud(tmp_path / "a.npz")
    np.testing.assert_allclose(cloud.points, scan)
    np.testing.assert_array_equal(cloud.normals, normals[:60])


@pytest.mark.parametrize("name", ["scan.obj", "scan.off", "scan.ply", "scan.npy", "scan.csv"])
def test_a_survey_keeps_its_millimetres_half_a_million_metres_away(
    tmp_path: Path, scan: Scan, name: str
) -> None:
    far = scan + np.array([500000, 4500000, 120])
    body = "".join(" ".join(f"{v:.6f}" for v in row) + "\n" for row in far)
    head = {
        ".off": "OFF\n60 0 0\n",
        ".ply": "ply\nformat ascii 1.0\nelement vertex 60\nproperty double x\n"
        "property double y\nproperty double z\nend_header\n",
    }
    path = tmp_path / name
    if path.suffix == ".npy":
        np.save(path, far)
    elif path.suffix == ".obj":
        path.write_text("".join(f"v {line}\n" for line in body.splitlines()))
    else:
        path.write_text(head.get(path.suffix, "") + body)
    cloud = read_point_cloud(path)
    np.testing.assert_allclose(cloud.points, far, atol=1e-6, rtol=0)
    assert cloud.frame.up == "+z"
    np.testing.assert_allclose(cloud.frame.to_world(cloud.model_points), far, atol=1e-6, rtol=0)


def test_up_is_the_formats_custom_unless_it_is_said(write_sample: Sample) -> None:
    assert read_point_cloud(write_sample("binary.pcd")).frame.up == "+z"
    assert read_point_cloud(write_sample("little.ply")).frame.up == "+y"
    assert read_point_cloud(write_sample("mesh.stl")).frame.up == "+z"
    assert read_point_cloud(write_sample("little.ply"), up="-x").frame.up == "-x"
    assert read_point_cloud(write_sample("mesh.glb")).frame.unit == "m"
    assert read_point_cloud(write_sample("little.ply"), unit="mm").frame.unit == "mm"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nan nan nan\n" * 20, "finite"),
        ("1 2 3\n" * 20, "one place"),
        ("1 2 3\n", "one place"),
        ("1 2 3\n4 5 6\n", "at least"),
        ("1e300 1e300 1e300\n-1e300 0 0\n" * 5, "finite"),
    ],
)
def test_points_without_a_shape_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidGeometryError, match=words) as refused:
        read_point_cloud(_text(tmp_path / "scan.xyz", text))
    assert "scan.xyz" in str(refused.value)


def test_headers_that_lie_are_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    many = 900_000_000
    axes = "".join(f"property float {a}\n" for a in "xyz")
    for form in ("ascii", "binary_little_endian"):
        head = f"ply\nformat {form} 1.0\nelement vertex {many}\n{axes}end_header\n"
        with pytest.raises(UnreadableFileError, match="promises"):
            read_point_cloud(_text(tmp_path / "lie.ply", head + "0 0 0\n"))
    for data in ("ascii", "binary"):
        head = f"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH {many}\nHEIGHT 1\nDATA {data}\n"
        with pytest.raises(UnreadableFileError, match="promises"):
            read_point_cloud(_text(tmp_path / "lie.pcd", "# .PCD v0.7\n" + head + "0 0 0\n"))
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "<f8", "fortran_order": False, "shape": (many, 3)}
    )
    (tmp_path / "lie.npy").write_bytes(stream.getvalue())
    with pytest.raises(UnreadableFileError, match="promises"):
        read_point_cloud(tmp_path / "lie.npy")


def test_archives_that_would_burst_or_run_code_are_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "bomb.npz", points=np.zeros((4_000_000, 3)))
    with pytest.raises(UnreadableFileError, match="unpack"):
        read_point_cloud(tmp_path / "bomb.npz")
    np.savez(tmp_path / "objects.npz", points=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UnreadableFileError, match="run code"):
        read_point_cloud(tmp_path / "objects.npz")
    np.savez(tmp_path / "queries.npz", points=np.zeros((9, 3)), occupancies=np.zeros(9))
    with pytest.raises(UnreadableFileError, match="occupancies"):
        read_point_cloud(tmp_path / "queries.npz")
    np.savez(tmp_path / "other.npz", first=np.zeros(3), second=np.zeros(3))
    with pytest.raises(UnreadableFileError, match="first, second"):
        read_point_cloud(tmp_path / "other.npz")


def test_a_compressed_pcd_may_copy_from_itself(tmp_path: Path) -> None:
    # columns 0 1 .. 31 of bytes, then 32 * 11 more of the same by overlapping copies
    points = np.zeros((32, 3), "<f4")
    points[:, 0] = np.arange(32)
    plain = points.T.tobytes()
    zeros = bytes([0xE0, 247, 0])  # a copy of 256 bytes from one byte back: zeros
    first = plain[:128]
    packed = b"".join(bytes([31]) + first[k : k + 32] for k in range(0, 128, 32))
    packed += bytes([0, 0]) + zeros[:1] + bytes([255 - 9]) + zeros[2:]
    head = "# .PCD v0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 32\nHEIGHT 1\n"
    sizes = np.array([len(packed), len(plain)], "<u4").tobytes()
    path = tmp_path / "a.pcd"
    path.write_bytes(head.encode() + b"DATA binary_compressed\n" + sizes + packed)
    np.testing.assert_array_equal(read_point_cloud(path).points, points)


def test_a_cut_file_is_refused_in_one_sentence(any_file: Path) -> None:
    data = any_file.read_bytes()
    any_file.write_bytes(data[: len(data) * 2 // 3])
    if any_file.name in ("plain.xyz", "header.csv", "scanner.pts"):
        # text without counts cannot know that it was cut
        assert len(read_point_cloud(any_file)) < 60
        return
    if any_file.suffix == ".obj":
        # it may be cut between two lines; here it is not
        any_file.write_bytes(any_file.read_bytes()[:-40] + b"\nv 1 2")
    with pytest.raises(OccStudioError) as refused:
        read_point_cloud(any_file)
    assert "\n" not in str(refused.value)
