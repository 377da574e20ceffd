"""``occstudio reconstruct`` with the shipped model, and all that a person may get wrong."""

from pathlib import Path

import numpy as np
import pytest

from occstudio import paths
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.finishing.health import health_of
from tests.cli.conftest import Shell

CHAIR = paths.samples() / "chair.ply"


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".stl", ".glb"])
def test_a_scan_becomes_a_watertight_mesh_where_the_points_were(
    shell: Shell, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"chair{suffix}"
    done = shell("reconstruct", CHAIR, "-o", target, "--resolution", 48)
    assert done.code == 0, done.err
    mesh = read_mesh(target)
    assert mesh.is_watertight
    assert mesh.volume > 0
    height = np.ptp(mesh.vertices, axis=0)[1]
    assert height == pytest.approx(0.88, abs=0.05)  # metres
    assert str(target) in done.err


def test_a_mesh_is_finished_as_asked(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "chair.ply"
    done = shell(
        *("reconstruct", CHAIR, "-o", target, "--resolution", 48),
        *("--smooth", 5, "--simplify", 800, "--keep-largest"),
    )
    assert done.code == 0, done.err
    mesh = read_mesh(target)
    assert len(mesh.faces) == pytest.approx(800, abs=10)
    assert mesh.is_watertight
    assert health_of(mesh).components == 1


def test_a_count_of_triangles_that_cannot_be_is_said(shell: Shell, tmp_path: Path) -> None:
    done = shell("reconstruct", CHAIR, "-o", tmp_path / "c.ply", "--simplify", 3)
    assert done.code == 2
    assert "4" in done.err


def test_a_folder_of_scans_becomes_a_folder_of_meshes(shell: Shell, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in ("a", "b"):
        (scans / f"{name}.ply").write_bytes(CHAIR.read_bytes())
    (scans / "notes.md").write_text("not a scan")
    done = shell(
        "reconstruct", scans, "-o", tmp_path / "out", "--format", "stl", "--resolution", 32
    )
    assert done.code == 0, done.err
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.stl", "b.stl"]


def test_one_bad_scan_does_not_stop_the_others(shell: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ply"
    bad.write_bytes(b"ply\nformat ascii 1.0\n")
    out = tmp_path / "out"
    done = shell("reconstruct", bad, CHAIR, "-o", out, "--resolution", 32)
    assert done.code == 1
    assert [p.name for p in out.iterdir()] == ["chair.ply"]
    assert "error: could not read" in done.err
    assert "1 of 2 scans were reconstructed" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "sentence", "code"),
    [
        (["missing.ply"], "could not read 'missing.ply'", 1),
        ([CHAIR, "--threshold", "1.5"], "is not a probability", 1),
        ([CHAIR, "--model", "scan-ani"], "did you mean scan-any?", 2),
        ([CHAIR, "--resolution", "7"], "", 2),
        ([CHAIR, "--device", "abacus"], "is no device", 1),
        ([CHAIR, "--format", "docx"], "is no mesh format", 1),
        ([CHAIR, "--up", "north"], "up axis 'north' is unknown", 1),
        ([CHAIR, "-o", "/proc/nowhere/x.obj"], "could not write", 1),
        ([], "", 2),
    ],
)
def test_mistakes_are_one_sentence_and_leave_nothing(
    shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[object],
    sentence: str,
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = shell("reconstruct", *arguments)
    assert done.code == code, done.err
    assert sentence in done.err
    assert "Traceback" not in done.err + done.out
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_threshold_without_a_surface_says_which_one_has(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "x.obj"
    arguments = ["reconstruct", CHAIR, "-o", target, "--resolution", 32, "--threshold"]
    done = shell(*arguments, 0.9999999999)
    assert done.code == 1
    assert "try a threshold of" in done.err
    assert not target.exists()
    suggested = done.err.split("try a threshold of")[1].split()[0]
    assert shell(*arguments, suggested).code == 0
    assert target.exists()


def test_whatever_is_unforeseen_goes_to_a_log(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("seventeen")

    monkeypatch.setattr("occstudio.inference.library.load_model", explode)
    done = shell("reconstruct", CHAIR)
    assert done.code == 1
    assert "something unforeseen went wrong (ZeroDivisionError: seventeen)" in done.err
    assert "Traceback" not in done.err
    assert "seventeen" in (paths.user_state() / "errors.log").read_text()
