"""The application without a window, without threads: every call is over when it returns."""

from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import OccStudioError
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import ShapeModel
from occstudio.studio import edits
from occstudio.studio.notice import Notice, Severity
from occstudio.studio.pipeline import Quality
from occstudio.studio.settings import Settings, load_settings
from occstudio.studio.studio import Studio


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def studio(notices: list[Notice]) -> Studio:
    made = Studio(lambda name, device: AnalyticModel(), lambda: [AnalyticModel.card])
    made.noticed.subscribe(notices.append)
    made.refresh_models()
    return made


def scan(path: Path, radii: tuple[float, float, float] = (1, 0.6, 0.4)) -> Path:
    points = np.random.default_rng(0).normal(size=(400, 3))
    np.save(path, points * np.asarray(radii) / np.linalg.norm(points, axis=1, keepdims=True))
    return path


def test_all_opened_files_get_their_surfaces(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([scan(tmp_path / f"{name}.npy") for name in "abc"])
    assert [item.name for item in studio.document.items] == ["a", "b", "c"]
    assert all(studio.is_current(item) for item in studio.document.items)
    assert studio.undo_label == "Open 3 shapes"


def test_hidden_shapes_are_made_when_they_are_shown(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([scan(tmp_path / "a.npy"), scan(tmp_path / "b.npy")])
    second = studio.document.items[1]
    studio.apply(edits.set_visible((second.id,), False))
    studio.apply(edits.set_resolution((second.id,), 32))
    assert not studio.is_current(studio.document.items[1])
    studio.apply(edits.set_visible((second.id,), True))
    assert studio.is_current(studio.document.items[1])


def test_undo_finds_the_surface_it_left(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([scan(tmp_path / "a.npy")])
    item = studio.document.items[0]
    mesh = studio.results[item.id].mesh
    studio.apply(edits.set_threshold((item.id,), 0.7))
    assert studio.results[item.id].mesh is not mesh
    studio.undo()
    assert studio.results[item.id].mesh is mesh


def test_export_waits_for_the_surface_that_is_wanted(tmp_path: Path) -> None:
    cards: list[ModelCard] = []
    studio = Studio(lambda name, device: AnalyticModel(), lambda: cards)
    studio.open_files([scan(tmp_path / "a.npy", (3, 2, 1))])
    item = studio.document.items[0]
    studio.export(item.id, tmp_path / "a.obj")
    assert not (tmp_path / "a.obj").exists()
    cards.append(AnalyticModel.card)
    studio.refresh_models()
    extent = np.ptp(read_mesh(tmp_path / "a.obj").vertices, axis=0)
    assert extent == pytest.approx([6, 4, 2], rel=0.05)


def test_a_scan_with_z_up_stands_upright_in_glb_and_lies_as_it_was_in_ply(
    studio: Studio, tmp_path: Path
) -> None:
    studio.open_files([scan(tmp_path / "tower.npy", (1, 2, 3))])
    item = studio.document.items[0]
    studio.apply(edits.set_up((item.id,), "+z"))
    extents: dict[str, list[float]] = {}
    for suffix in ("glb", "ply"):
        studio.export(item.id, tmp_path / f"tower.{suffix}")
        vertices = read_mesh(tmp_path / f"tower.{suffix}").vertices
        extents[suffix] = list(np.ptp(vertices, axis=0))
    assert extents["ply"] == pytest.approx([2, 4, 6], rel=0.05)
    assert extents["glb"] == pytest.approx([2, 6, 4], rel=0.05)


def test_a_failed_export_says_why(studio: Studio, tmp_path: Path, notices: list[Notice]) -> None:
    studio.open_files([scan(tmp_path / "a.npy")])
    item = studio.document.items[0]
    studio.export(item.id, tmp_path / "nowhere" / "a.obj")
    assert notices[-1].severity is Severity.ERROR
    assert "nowhere" in notices[-1].text


def test_without_a_surface_the_last_one_stays_and_a_threshold_is_offered(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    studio.open_files([scan(tmp_path / "flat.npy", (1, 0.02, 1))])
    item = studio.document.items[0]
    mesh = studio.results[item.id].mesh
    studio.apply(edits.set_threshold((item.id,), 0.999))
    assert studio.results[item.id].mesh is mesh
    remedy = studio.failures[item.id].remedy
    assert notices[-1].remedy is remedy
    assert remedy is not None
    studio.apply(remedy)
    assert not studio.failures
    assert studio.is_current(studio.document.items[0])


def test_undo_takes_a_failure_back_as_well(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([scan(tmp_path / "flat.npy", (1, 0.02, 1))])
    item = studio.document.items[0]
    studio.apply(edits.set_threshold((item.id,), 0.999))
    assert studio.failures
    studio.undo()
    assert not studio.failures


def test_a_failure_is_not_tried_again_until_it_is_asked_for(tmp_path: Path) -> None:
    tries: list[str] = []

    def load(name: str, device: str) -> ShapeModel:
        tries.append(name)
        raise OccStudioError("the file is damaged: download it again")

    studio = Studio(load, lambda: [AnalyticModel.card])
    studio.refresh_models()
    studio.open_files([scan(tmp_path / "a.npy")])
    item = studio.document.items[0]
    before = len(tries)
    studio.apply(edits.rename(item.id, "b"))
    assert len(tries) == before
    studio.retry(item.id)
    assert len(tries) > before


def test_without_a_model_the_points_are_there_and_it_is_said(
    tmp_path: Path, notices: list[Notice]
) -> None:
    studio = Studio(lambda name, device: AnalyticModel(), list)
    studio.noticed.subscribe(notices.append)
    studio.refresh_models()
    studio.open_files([scan(tmp_path / "a.npy")])
    assert len(studio.document.items) == 1
    assert "no model" in notices[-1].text


def test_what_is_rejected_is_listed_once(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    (tmp_path / "garbage.ply").write_bytes(b"\x00" * 50)
    studio.open_files([tmp_path, tmp_path / "gone.xyz", tmp_path / "garbage.ply"])
    assert not studio.document.items
    assert len(notices) == 1
    assert len(notices[0].details.splitlines()) == 3
    assert str(tmp_path / "garbage.ply") not in notices[0].details


def test_a_gesture_shows_previews_and_ends_in_one_step(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([scan(tmp_path / "a.npy")])
    item = studio.document.items[0]
    seen: list[Quality] = []
    studio.result_arrived.subscribe(lambda shown: seen.append(studio.results[shown].quality))
    for value in (0.6, 0.65, 0.7):
        studio.apply(edits.set_threshold((item.id,), value), "drag")
    studio.end_gesture()
    assert Quality.PREVIEW in seen
    assert seen[-1] is Quality.FULL
    studio.undo()
    assert studio.document.items[0].threshold == 0.5


def test_settings_are_written_when_they_change(studio: Studio) -> None:
    studio.change_settings(Settings(theme="light"))
    assert load_settings().theme == "light"


def test_a_duplicate_has_its_surface_without_being_asked_again(
    studio: Studio, tmp_path: Path
) -> None:
    studio.open_files([scan(tmp_path / "a.npy")])
    first = studio.document.items[0]
    studio.duplicate([first.id])
    copy = studio.document.current
    assert copy is not None
    assert copy.name == "a 2"
    assert studio.results[copy.id].mesh is studio.results[first.id].mesh
    studio.undo()
    assert studio.document.items == (first,)
