"""The person's models: brought in once tried, corrected, chosen, removed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from occstudio import paths
from occstudio.errors import ModelError, OccStudioError, UnknownNameError, UnreadableFileError
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.library import (
    add_model,
    change_hyperparameters,
    codes_of,
    list_models,
    load_model,
    model_path,
    remove_model,
)
from occstudio.shapes.point_cloud import PointCloud
from tests.inference.small_models import CONV, deep_sdf_folder, network, paper_file


def _mine() -> list[str]:
    folder = paths.user_models()
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_papers_checkpoint_becomes_a_model_of_the_library(tmp_path: Path) -> None:
    card = add_model(paper_file(tmp_path / "my onet.pt"))
    assert card.name == "my-onet"
    assert "encoder_kwargs.plane_resolution" in card.assumed
    assert card in list_models()
    assert model_path("my-onet").name == "model.safetensors"
    (tmp_path / "my onet.pt").unlink()
    cloud = PointCloud.of(np.random.default_rng(0).normal(size=(500, 3)))
    model = load_model("my-onet", "cpu")
    field = model.field(model.encode(cloud))
    assert np.isfinite(field(np.zeros((4, 3), np.float32))).all()


def test_a_name_that_is_taken_gets_a_number_or_is_refused(tmp_path: Path) -> None:
    path = paper_file(tmp_path / "m.pt")
    assert [add_model(path).name for _ in range(3)] == ["m", "m-2", "m-3"]
    for name in ("m", "scan-any", "a/b", "..", "a b"):
        with pytest.raises(ModelError, match="can't be the name"):
            add_model(path, name=name)
    assert add_model(path, name="chairs").name == "chairs"


def test_what_was_assumed_can_be_said_at_once_or_later(tmp_path: Path) -> None:
    name = "encoder_kwargs.plane_resolution"
    card = add_model(paper_file(tmp_path / "m.pt"), settings={name: 32})
    assert name not in card.assumed
    assert card.hyperparameters["encoder_kwargs"]["plane_resolution"] == 32
    changed = change_hyperparameters("m", {name: 48, "padding": 0.3})
    assert changed.hyperparameters["encoder_kwargs"]["plane_resolution"] == 48
    assert changed.input_spec.box_side == 1.3
    assert "padding" not in changed.assumed
    assert next(card for card in list_models() if card.name == "m") == changed


@pytest.mark.parametrize("wrong", [{"c_dim": 16}, {"encoder": "nonsense"}, {"c_dim": 10**9}])
def test_a_correction_that_does_not_fit_changes_nothing(tmp_path: Path, wrong: object) -> None:
    add_model(paper_file(tmp_path / "m.pt"))
    before = model_path("m").read_bytes()
    with pytest.raises(ModelError):
        change_hyperparameters("m", wrong)  # type: ignore[arg-type]
    assert model_path("m").read_bytes() == before


def test_weights_that_do_not_fit_are_told_tensor_by_tensor(tmp_path: Path) -> None:
    path = paper_file(tmp_path / "m.pt")
    with pytest.raises(ModelError, match=r"is 8 × 8 in the file and .* in the network"):
        read_checkpoint(path, settings={"decoder_kwargs.hidden_size": 24}).network()


def test_bundled_models_stay_as_they_are() -> None:
    for change in (remove_model, lambda name: change_hyperparameters(name, {"padding": 0.2})):
        with pytest.raises(ModelError, match="ships with OccStudio"):
            change("scan-any")
        with pytest.raises(UnknownNameError):
            change("no-such-model")


def test_a_removed_model_is_gone(tmp_path: Path) -> None:
    add_model(paper_file(tmp_path / "m.pt"))
    remove_model("m")
    assert _mine() == []


def _nan(path: Path) -> None:
    state = network("conv_onet", CONV).state_dict()
    state["decoder.fc_out.bias"].fill_(float("nan"))
    torch.save({"model": state}, path)


def _overflowing(path: Path) -> None:
    state = network("conv_onet", CONV).state_dict()
    for weights in state.values():
        weights.fill_(3e38)
    torch.save({"model": state}, path)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (_nan, "not finite"),
        (_overflowing, "does not give finite logits"),
        (lambda path: torch.save(torch.nn.Linear(3, 3).state_dict(), path), "not known here"),
        (lambda path: path.write_bytes(b"\xff" * 8 + b"{" + bytes(30)), "no safetensors file"),
        (lambda path: path.write_bytes((1 << 62).to_bytes(8, "little") + b"{}"), "damaged"),
        (
            lambda path: path.write_bytes(
                (70).to_bytes(8, "little")
                + b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,99999999]}}'.ljust(70)
            ),
            "damaged",
        ),
    ],
)
def test_a_checkpoint_that_is_no_use_is_one_sentence_and_adds_nothing(
    tmp_path: Path, write: object, words: str
) -> None:
    path = tmp_path / "m.pt"
    write(path)  # type: ignore[operator]
    with pytest.raises(OccStudioError, match=words) as refused:
        add_model(path)
    assert "\n" not in str(refused.value)
    assert _mine() == []


def test_a_bare_state_dict_in_safetensors_is_a_model_too(tmp_path: Path) -> None:
    save_file(network("conv_onet", CONV).state_dict(), tmp_path / "bare.safetensors")
    assert add_model(tmp_path / "bare.safetensors").family == "conv_onet"


def test_a_folder_of_deepsdfs_brings_its_codes_by_name(tmp_path: Path) -> None:
    card = add_model(deep_sdf_folder(tmp_path / "chairs"))
    assert (card.name, card.family, card.input_kind) == ("chairs", "deep_sdf", "latent")
    assert card.assumed == ()
    shutil.rmtree(tmp_path / "chairs")
    codes = codes_of("chairs")
    assert list(codes) == ["chair0", "chair1", "chair2"]
    np.testing.assert_allclose(codes["chair1"].arrays["z"], np.arange(8, 16) / 100)
    model = load_model("chairs", "cpu")
    field = model.field(codes["chair2"])
    assert field.box.lower == (-1, -1, -1)
    assert np.isfinite(field(np.zeros((2, 3), np.float32))).all()


def test_deepsdfs_weights_alone_find_their_specs_and_codes(tmp_path: Path) -> None:
    folder = deep_sdf_folder(tmp_path / "chairs")
    (folder / "split.json").unlink()
    found = read_checkpoint(folder / "ModelParameters" / "12.pth")
    assert list(found.codes) == ["code 0000", "code 0001", "code 0002"]
    assert found.card.hyperparameters["NetworkSpecs"]["dims"] == [16, 16, 16, 16]


def test_a_folder_that_holds_no_model_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFileError, match="folder without a model"):
        add_model(tmp_path / "empty")
    with pytest.raises(UnreadableFileError, match="folder without a model"):
        load_model(str(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shapenet_1plane.pt", {"plane_type": ["xz"], "plane_resolution": 64}),
        ("room_3plane.pt", {"plane_type": ["xz", "xy", "yz"], "plane_resolution": 128}),
    ],
)
def test_published_files_are_known_by_their_names(
    tmp_path: Path, name: str, expected: dict[str, object]
) -> None:
    card = read_checkpoint(paper_file(tmp_path / name)).card
    assert expected.items() <= card.hyperparameters["encoder_kwargs"].items()
    assert card.assumed == ()
    assert card.input_spec.points == (10_000 if "room" in name else 3000)


def test_one_published_name_is_told_apart_by_its_folder(tmp_path: Path) -> None:
    grid = {
        **CONV,
        "encoder_kwargs": {
            "hidden_dim": 32,
            "plane_type": "grid",
            "grid_resolution": 64,
            "unet3d": True,
            "unet3d_kwargs": {"num_levels": 4, "f_maps": 32},
        },
        "decoder_kwargs": {"hidden_size": 32},
        "c_dim": 32,
    }
    state = dict(sorted(network("conv_onet", grid).state_dict().items()))  # no order to go by
    for folder in ("pointcloud", "pointcloud_crop"):
        (tmp_path / folder).mkdir()
        torch.save({"model": state}, tmp_path / folder / "room_grid64.pt")
    plain, crop = (
        read_checkpoint(tmp_path / folder / "room_grid64.pt")
        for folder in ("pointcloud", "pointcloud_crop")
    )
    assert plain.card.hyperparameters["encoder"] == "pointnet_local_pool"
    assert plain.card.hyperparameters["encoder_kwargs"]["grid_resolution"] == 64
    assert crop.card.hyperparameters["encoder"] == "pointnet_crop_local_pool"
    assert crop.card.hyperparameters["unit_size"] == 0.005
    crop.network()


def test_a_stated_configuration_overrules_name_and_keys(tmp_path: Path) -> None:
    path = paper_file(tmp_path / "shapenet_1plane.pt")
    config = tmp_path / "other.json"
    config.write_text(json.dumps({"model": {**CONV}, "data": {"pointcloud_n": 77}}))
    card = read_checkpoint(path, config=config).card
    assert card.hyperparameters["encoder_kwargs"]["plane_type"] == ["xz", "xy", "yz"]
    assert card.input_spec.points == 77
