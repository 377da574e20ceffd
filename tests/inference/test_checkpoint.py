"""Checkpoints: ours go round, the papers' load, and nothing in a file is ever run."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.errors import ModelError, UnreadableFileError
from occstudio.inference.checkpoint import read_card, read_checkpoint, write_checkpoint
from occstudio.networks.families import model_family
from occstudio.shapes.model_card import ModelCard
from tests.inference.small_models import CONV

SMALL = {**CONV, "encoder_kwargs": {**CONV["encoder_kwargs"], "plane_resolution": 16}}


def small_network(seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    return model_family("conv_onet").build(SMALL)


def small_card(name: str = "small") -> ModelCard:
    return ModelCard(name=name, family="conv_onet", hyperparameters=SMALL, threshold=0.4)


def test_a_written_checkpoint_comes_back_with_its_card(tmp_path: Path) -> None:
    network, path = small_network(), tmp_path / "m.safetensors"
    write_checkpoint(network, small_card(), path)
    again = read_checkpoint(path)
    assert again.card == small_card()
    assert read_card(path).threshold == 0.4
    for name, weights in again.network().state_dict().items():
        assert torch.equal(weights, network.state_dict()[name])


def test_half_precision_costs_half_the_bytes_and_little_of_the_values(tmp_path: Path) -> None:
    network = small_network()
    write_checkpoint(network, small_card(), tmp_path / "whole.safetensors")
    write_checkpoint(network, small_card(), tmp_path / "half.safetensors", half=True)
    sizes = [(tmp_path / f"{n}.safetensors").stat().st_size for n in ("whole", "half")]
    assert sizes[1] < 0.75 * sizes[0]
    loaded = read_checkpoint(tmp_path / "half.safetensors").network().state_dict()
    for name, weights in network.state_dict().items():
        assert loaded[name].dtype == torch.float32
        assert torch.allclose(loaded[name], weights, atol=1e-3)


def test_the_papers_container_loads_with_its_numpy_scalar(tmp_path: Path) -> None:
    network = small_network()
    container = {"model": network.state_dict(), "it": 3, "loss_val_best": np.float64(0.5)}
    torch.save(container, tmp_path / "paper.pt")
    loaded = read_checkpoint(tmp_path / "paper.pt")
    assert loaded.card.family == "conv_onet"
    assert loaded.card.threshold == 0.2
    assert set(loaded.weights) == set(network.state_dict())


def test_data_parallel_prefixes_are_dropped(tmp_path: Path) -> None:
    state = {f"module.{k}": v for k, v in small_network().state_dict().items()}
    torch.save(state, tmp_path / "parallel.pt")
    assert set(read_checkpoint(tmp_path / "parallel.pt").weights) == set(
        small_network().state_dict()
    )


def test_a_yaml_beside_the_file_decides_what_keys_cannot(tmp_path: Path) -> None:
    torch.save({"model": small_network().state_dict()}, tmp_path / "m.pt")
    (tmp_path / "m.yaml").write_text(
        "data: {padding: 0.2, pointcloud_n: 300}\ntest: {threshold: 0.35}\n"
        "model:\n  encoder: pointnet_local_pool\n  encoder_kwargs: {hidden_dim: 8, plane_type: "
        "[xz, xy, yz], plane_resolution: 24, unet: true, unet_kwargs: {depth: 2, start_filts: 8,"
        " merge_mode: concat}}\n  decoder: simple_local\n  decoder_kwargs: {hidden_size: 8}\n"
        "  c_dim: 8\n"
    )
    card = read_checkpoint(tmp_path / "m.pt").card
    assert (card.input_spec.box_side, card.threshold, card.input_spec.points) == (1.2, 0.35, 300)
    assert card.assumed == ()


class _Trap:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.target}",)


@pytest.mark.parametrize("container", ["torch", "pickle"])
def test_a_pickle_that_would_run_code_is_refused_and_not_run(
    tmp_path: Path, container: str
) -> None:
    trap, path = _Trap(tmp_path / "sprung"), tmp_path / "trap.pt"
    if container == "torch":
        torch.save({"model": small_network().state_dict(), "extra": trap}, path)
    else:
        path.write_bytes(pickle.dumps(trap))
    with pytest.raises(UnreadableFileError, match="run code"):
        read_checkpoint(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("keep", [0, 10, 1000])
def test_a_cut_off_file_is_one_sentence(tmp_path: Path, keep: int) -> None:
    for name, write in (("m.pt", torch.save), ("m.safetensors", None)):
        path = tmp_path / name
        if write is None:
            write_checkpoint(small_network(), small_card(), path)
        else:
            write({"model": small_network().state_dict()}, path)
        path.write_bytes(path.read_bytes()[:keep])
        with pytest.raises(UnreadableFileError):
            read_checkpoint(path)


def test_weights_that_are_not_finite_or_do_not_fit_are_refused(tmp_path: Path) -> None:
    network = small_network()
    network.state_dict()["decoder.fc_out.bias"].fill_(float("nan"))
    write_checkpoint(network, small_card(), tmp_path / "nan.safetensors")
    with pytest.raises(ModelError, match="not finite"):
        read_checkpoint(tmp_path / "nan.safetensors").network()
    wider = ModelCard(name="wide", family="conv_onet", hyperparameters={**SMALL, "c_dim": 16})
    write_checkpoint(small_network(), wider, tmp_path / "wide.safetensors")
    with pytest.raises(ModelError, match="do not fit"):
        read_checkpoint(tmp_path / "wide.safetensors").network()


def test_another_projects_network_is_named_as_such(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(3, 3).state_dict(), tmp_path / "other.pt")
    with pytest.raises(ModelError, match="not known here"):
        read_checkpoint(tmp_path / "other.pt")
