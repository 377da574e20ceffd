"""Implicit Feature Networks do what the paper's code did, and are known from their keys."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from occstudio.errors import ModelError
from occstudio.networks.displaced_sampling import displaced
from occstudio.networks.if_net import FAMILY, IfNet
from occstudio.networks.occupied_cells import occupied_cells
from tests.networks.golden_weights import (
    fill_array,
    golden_arrays,
    golden_config,
    golden_keys,
    golden_state,
)

_CASES = ("ifnet_shapenet_points", pytest.param("ifnet_svr", marks=pytest.mark.slow))


@functools.cache
def _golden_network(case: str) -> IfNet:
    network = FAMILY.build(golden_config(case))
    network.load_state_dict(golden_state(case))
    return network.eval()


@functools.cache
def _golden_code(case: str) -> dict[str, Tensor]:
    with torch.no_grad():
        return _golden_network(case).encode(torch.from_numpy(golden_arrays(case)["points"]))


def _tolerance(values: np.ndarray) -> float:
    return float(2e-4 * values.std() + 1e-5)


@pytest.mark.parametrize("case", ["ifnet_shapenet_points", "ifnet_svr"])
def test_state_dict_has_the_published_keys_in_order(case: str) -> None:
    state = FAMILY.build(golden_config(case)).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == golden_keys(case)
    assert list(state) == list(golden_keys(case))


@pytest.mark.parametrize("case", ["ifnet_shapenet_points", "ifnet_svr"])
def test_points_occupy_the_cells_that_a_search_for_the_nearest_gives(case: str) -> None:
    golden, resolution = golden_arrays(case), golden_config(case)["input_res"]
    cells = occupied_cells(torch.from_numpy(golden["points"]), resolution)
    found = cells.flatten().nonzero()[:, 0].numpy()
    np.testing.assert_array_equal(found, golden["voxels_flat_idx"])


@pytest.mark.parametrize("case", _CASES)
def test_features_and_logits_are_those_of_the_papers_code(case: str) -> None:
    golden, network, code = golden_arrays(case), _golden_network(case), _golden_code(case)
    query = torch.from_numpy(golden["query_world"])
    with torch.inference_mode():
        features = network.point_features(query, code).numpy()
        logits = network.decode(query, code).numpy()
        prepared = network.prepare(code)(query[0]).numpy()
    found = features[:, ::29, ::64]
    print("features", np.abs(found - golden["features_sub"]).max())
    np.testing.assert_allclose(
        found, golden["features_sub"], atol=_tolerance(golden["features_sub"])
    )
    np.testing.assert_allclose(features.mean(-1)[0], golden["features_mean"], atol=1e-5)
    atol = _tolerance(golden["logits"])
    print("logits", np.abs(logits - golden["logits"]).max(), "of", atol)
    np.testing.assert_allclose(logits, golden["logits"], atol=atol)
    np.testing.assert_allclose(prepared, golden["logits"][0], atol=atol)


def test_samples_lie_on_the_faces_of_the_cube() -> None:
    """The trap of the published weights: newer torch would move the samples by half a cell."""
    golden = golden_arrays("ifnet_shapenet_points")
    wrong = golden["logits_WRONG_align_corners_False"]
    assert np.abs(wrong - golden["logits"]).max() > 100 * _tolerance(golden["logits"])
    query = torch.from_numpy(golden["query_world"])
    with torch.inference_mode():
        logits = _golden_network("ifnet_shapenet_points").decode(
            query, _golden_code("ifnet_shapenet_points")
        )
    assert np.abs(logits.numpy() - wrong).max() > 100 * _tolerance(golden["logits"])


_CLASSES = ("ShapeNet32Vox", "ShapeNet128Vox", "ShapeNetPoints", "SVR")


@functools.cache
def _filled(name: str, **options: Any) -> IfNet:
    network = FAMILY.build({"class": name, "hidden_dim": 16, "input_res": 32, **options})
    state = network.state_dict()
    filled = {key: torch.from_numpy(fill_array(key, tuple(v.shape))) for key, v in state.items()}
    network.load_state_dict(filled)
    return network.eval()


@functools.cache
def _cloud() -> Tensor:
    torch.manual_seed(0)
    directions = functional.normalize(torch.randn(1, 400, 3), dim=-1)
    return directions * torch.tensor([0.49, 0.3, 0.2])


@pytest.mark.parametrize("name", _CLASSES)
def test_the_prepared_field_is_the_decoder_also_outside_the_cube(name: str) -> None:
    network = _filled(name)
    torch.manual_seed(1)
    points = torch.rand(1, 3000, 3) * 1.5 - 0.75
    with torch.no_grad():
        code = network.encode(_cloud())
        expected = network.decode(points, code)[0]
        prepared = network.prepare(code)
        torch.testing.assert_close(prepared(points[0]), expected, atol=2e-5, rtol=1e-4)
    assert prepared(points[0, :0]).shape == (0,)


@pytest.mark.parametrize("name", _CLASSES)
def test_gradients_of_the_prepared_field_are_those_of_the_decoder(name: str) -> None:
    network = _filled(name)
    torch.manual_seed(2)
    points = (torch.rand(1, 200, 3) * 1.2 - 0.6).requires_grad_()
    code = {key: value.detach() for key, value in network.encode(_cloud()).items()}
    (expected,) = torch.autograd.grad(network.decode(points, code).sum(), points)
    with torch.inference_mode():
        prepared = network.prepare(code)
    found = prepared.gradient(points[0].detach())
    close = (found - expected[0]).abs() < 1e-3 * expected.abs().max()
    assert close.float().mean() > 0.99  # interpolation has creases: a point on one may differ


@pytest.mark.parametrize("name", _CLASSES)
def test_rough_values_differ_little(name: str) -> None:
    network = _filled(name)
    points = torch.rand(500, 3) - 0.5
    with torch.inference_mode():
        prepared = network.prepare(network.encode(_cloud()))
    error = (prepared.rough(points) - prepared(points)).square().mean().sqrt()
    assert error < 0.05 * prepared(points).std()


def test_outside_the_cube_is_zero_for_one_class_and_the_border_for_the_others() -> None:
    state = _filled("ShapeNetPoints").state_dict()
    _filled("ShapeNet128Vox").load_state_dict(state)
    outside = torch.full((1, 1, 3), 3.0)
    with torch.no_grad():
        for name in _CLASSES[1:3]:
            network = _filled(name)
            code = network.encode(torch.ones(1, 32, 32, 32))
            features = network.point_features(outside, code)
            assert features.any() == (name == "ShapeNetPoints")


def test_places_are_ordered_by_axis_and_the_axes_are_reversed() -> None:
    places = displaced(torch.zeros(1, 1, 3), 0.5)[0, :, 0]
    expected = [[0, 0, 0], [-0.5, 0, 0], [0.5, 0, 0], [0, -0.5, 0], [0, 0.5, 0]]
    assert places[:5].tolist() == expected
    network = _filled("ShapeNetPoints")
    voxels = torch.zeros(1, 32, 32, 32)
    voxels[0, 24:] = 1  # the half with the greater x
    with torch.no_grad():
        code = network.encode(voxels)
        found = network.point_features(torch.tensor([[[0.4, 0.0, 0.0], [0.0, 0.0, 0.4]]]), code)
    assert found[0, 0].tolist() == [1.0, 0.0]


def test_voxels_that_are_no_points_are_given_as_they_are() -> None:
    network = _filled("ShapeNet32Vox")
    voxels = occupied_cells(_cloud(), 32)
    with torch.no_grad():
        for key, value in network.encode(voxels).items():
            torch.testing.assert_close(value, network.encode(_cloud())[key])
    with pytest.raises(ModelError, match="takes points"):
        network.encode(torch.zeros(1, 2, 3, 4, 5))
    with pytest.raises(ModelError, match="too coarse"):
        network.encode(torch.zeros(1, 4, 4, 4))
    with pytest.raises(ModelError, match="same number"):
        network.encode(torch.zeros(1, 32, 32, 16))


@pytest.mark.parametrize("name", _CLASSES)
@pytest.mark.parametrize("is_sorted", [False, True])
def test_classes_are_inferred_from_keys_and_shapes(name: str, is_sorted: bool) -> None:
    state = _filled(name).state_dict()
    inference = FAMILY.infer(dict(sorted(state.items())) if is_sorted else state)
    FAMILY.build(inference.hyperparameters).load_state_dict(state)
    is_ambiguous = name in ("ShapeNet128Vox", "ShapeNetPoints")
    assert inference.assumed == (("class",) if is_ambiguous else ())
    expected = "ShapeNetPoints" if is_ambiguous else name
    assert inference.hyperparameters["class"] == expected


def test_unpublished_widths_are_inferred() -> None:
    odd = {"class": "SVR", "stem": 4, "stages": [["1", 6, 8]], "hidden": [9, 7, 5, 3]}
    state = FAMILY.build(odd).state_dict()
    FAMILY.build(FAMILY.infer(state).hyperparameters).load_state_dict(state)


def test_inputs_are_stated_as_the_classes_were_trained() -> None:
    specs = [FAMILY.input_spec({"class": name}) for name in _CLASSES]
    assert [spec.kind for spec in specs] == ["voxels", "voxels", "points", "points"]
    assert [spec.resolution for spec in specs] == [32, 128, 0, 0]
    assert {spec.box_side for spec in specs} == {1.0}
    assert FAMILY.input_spec(golden_config("ifnet_svr")).kind == "points"


@pytest.mark.parametrize(
    "wrong", [{"class": "IFNet"}, {"padding_mode": "reflection"}, {"hidden_dim": "wide"}]
)
def test_wrong_hyperparameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        FAMILY.build(wrong)


def test_a_foreign_state_dict_is_refused() -> None:
    with pytest.raises(ModelError, match="keys are not those"):
        FAMILY.infer({"weight": torch.zeros(3)})
