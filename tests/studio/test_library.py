"""Models opened in the window: into the library, to the shapes, corrected and removed."""

from pathlib import Path

import numpy as np
import pytest

from occstudio.gui.app import list_models_of_library, load_model_of_library, work_on_library
from occstudio.studio.library import is_model_file
from occstudio.studio.notice import Notice, Severity
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio
from tests.inference.small_models import deep_sdf_folder, paper_file


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def studio(notices: list[Notice]) -> Studio:
    made = Studio(
        load_model_of_library,
        list_models_of_library,
        settings=Settings(device="cpu"),
        library=work_on_library(),
    )
    made.noticed.subscribe(notices.append)
    made.refresh_models()
    return made


def _names(studio: Studio) -> list[str]:
    return [card.name for card in studio.models]


def test_a_dropped_checkpoint_becomes_a_model_and_says_what_it_assumed(
    studio: Studio, notices: list[Notice], tmp_path: Path
) -> None:
    studio.open_files([paper_file(tmp_path / "mine.pt")])
    assert "mine" in _names(studio)
    assert not studio.document.items
    assert notices[-1].severity is Severity.SUCCESS
    assert "plane_resolution" in notices[-1].details


def test_what_is_no_checkpoint_is_one_notice_and_the_list_stays(
    studio: Studio, notices: list[Notice], tmp_path: Path
) -> None:
    before = _names(studio)
    (tmp_path / "bad.pth").write_bytes(b"<html>404</html>")
    studio.open_model(tmp_path / "bad.pth")
    assert "web page" in notices[-1].text
    assert notices[-1].severity is Severity.ERROR
    assert _names(studio) == before


def test_a_folder_of_deepsdfs_is_a_model_and_its_codes_can_be_chosen(
    studio: Studio, tmp_path: Path
) -> None:
    found: list[str] = []
    studio.open_files([deep_sdf_folder(tmp_path / "chairs")])
    studio.library.read_codes("chairs", found.extend)
    assert found == ["chair0", "chair1", "chair2"]


def test_a_corrected_model_makes_its_shapes_anew(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([paper_file(tmp_path / "mine.pt")])
    np.save(tmp_path / "scan.npy", np.random.default_rng(0).normal(size=(300, 3)))
    studio.settings = Settings(device="cpu", model="mine")
    studio.open_files([tmp_path / "scan.npy"])
    (item,) = studio.document.items
    assert item.model == "mine"
    before = studio.failures.get(item.id) or studio.results[item.id]
    studio.change_hyperparameters("mine", {"encoder_kwargs.plane_resolution": 16})
    card = next(card for card in studio.models if card.name == "mine")
    assert card.hyperparameters["encoder_kwargs"]["plane_resolution"] == 16
    after = studio.failures.get(item.id) or studio.results[item.id]
    assert after is not before


def test_shapes_of_a_removed_model_get_another(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([paper_file(tmp_path / "mine.pt")])
    np.save(tmp_path / "scan.npy", np.random.default_rng(0).normal(size=(300, 3)))
    studio.settings = Settings(device="cpu", model="mine")
    studio.open_files([tmp_path / "scan.npy"])
    studio.library.remove("mine")
    assert "mine" not in _names(studio)
    assert studio.document.items[0].model == "scan-any"


@pytest.mark.parametrize(
    ("name", "is_model"),
    [("a.pt", True), ("a.PTH", True), ("a.pth.tar", True), ("a.safetensors", True),
     ("a.ply", False), ("a.npz", False), ("", False)],
)  # fmt: skip
def test_models_are_told_from_inputs_by_their_suffix(
    tmp_path: Path, name: str, is_model: bool
) -> None:
    assert is_model_file(tmp_path / name) is is_model
