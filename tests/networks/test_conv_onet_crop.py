"""Networks for scenes of any size: a window is what the paper's code saw, a scene its windows."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from occstudio.errors import ModelError
from occstudio.networks.conv_onet import FAMILY
from occstudio.networks.conv_onet_crop import CropConvOccupancyNetwork
from occstudio.networks.crop_scene import CropScene
from occstudio.networks.crop_windows import Crops, CropSizes, window_voxels
from occstudio.networks.local_coordinates import LocalCoordinates
from occstudio.networks.occupancy_network import BOX
from tests.networks.golden_weights import fill_array, golden_config, golden_keys

_ROOM = "convonet_room_grid64"
_UNIT = 0.05


def _published() -> dict[str, Any]:
    """The published network for rooms; its weights have the names and shapes of the plain one."""
    config = golden_config(_ROOM)
    config["encoder_kwargs"] = {
        k: v for k, v in config["encoder_kwargs"].items() if "reso" not in k
    }
    crop = {"encoder": "pointnet_crop_local_pool", "decoder": "simple_local_crop"}
    return {**config, **crop, "local_coord": True, "unit_size": 0.005, "query_vol_size": 25}


@functools.cache
def _network(maps: str = "grid", encoding: str = "linear", scatter: str = "max") -> Any:
    names = maps.split("+")
    network = FAMILY.build(
        {
            "encoder": "pointnet_crop_local_pool",
            "encoder_kwargs": {
                "hidden_dim": 8,
                "n_blocks": 3,
                "plane_type": names,
                "scatter_type": scatter,
                "unet3d": "grid" in names,
                "unet3d_kwargs": {"num_levels": 2, "f_maps": 8},
                "unet": "xz" in names,
                "unet_kwargs": {"depth": 2, "start_filts": 8},
            },
            "decoder": "simple_local_crop",
            "decoder_kwargs": {"hidden_size": 8, "n_blocks": 2},
            "c_dim": 8,
            "local_coord": True,
            "pos_encoding": encoding,
            "unit_size": _UNIT,
            "query_vol_size": 8,
        }
    )
    state = network.state_dict()
    filled = {key: torch.from_numpy(fill_array(key, tuple(v.shape))) for key, v in state.items()}
    network.load_state_dict(filled)
    return network.eval()


def _scene(seed: int = 0) -> Tensor:
    """Points (1, N, 3) on the walls of a long corridor, far from the origin."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand(1, 4000, 3, generator=generator) * torch.tensor([2.0, 0.6, 0.5])
    points[0, :2000, 1] = 0.02
    return points + torch.tensor([7.0, -3.0, 0.2])


def _reference(network: CropConvOccupancyNetwork, points: Tensor, window: Tensor) -> Any:
    """The papers' steps, written plainly: features of a window, and logits from them."""
    encoder, decoder, resolution = network.encoder, network.decoder, network.encoder.resolution
    lower, upper = window
    inside = points[((points >= lower) & (points < upper)).all(1)]

    def local(p: Tensor) -> Tensor:
        within = torch.remainder(p, _UNIT) / _UNIT
        if encoder.local.encoding == "linear":
            return within
        angles = [2.0**k * math.pi * (2 * within - 1) for k in range(10)]
        return torch.cat([wave for a in angles for wave in (a.sin(), a.cos())], -1)

    axes = {"grid": [0, 1, 2], "xz": [0, 2], "xy": [0, 1], "yz": [1, 2]}
    cells: dict[str, Tensor] = {}
    for name in encoder.maps:
        cell = ((inside - lower) / (upper - lower) * resolution).long()[:, axes[name]]
        steps = torch.tensor([resolution**k for k in range(len(axes[name]))])
        cells[name] = (cell * steps).sum(1)
    net = encoder.fc_pos(local(inside))
    for number, block in enumerate(encoder.blocks):
        if number:
            pooled = torch.zeros_like(net)
            for name, index in cells.items():
                rows = index[:, None].expand_as(net)
                table = net.new_zeros(resolution ** len(axes[name]), net.shape[1])
                kind = "amax" if encoder.scatter_type == "max" else "mean"
                table = table.scatter_reduce(0, rows, net, kind, include_self=False)
                pooled = pooled + table[index]
            net = torch.cat((net, pooled), 1)
        net = block(net)
    code = encoder.fc_c(net)
    features: dict[str, Tensor] = {}
    for name, index in cells.items():
        table = code.new_zeros(resolution ** len(axes[name]), code.shape[1])
        table = table.scatter_reduce(
            0, index[:, None].expand_as(code), code, "mean", include_self=False
        )
        scattered = table.t().reshape(1, -1, *(resolution,) * len(axes[name]))
        refine = encoder.unet3d if name == "grid" else encoder.unet
        features[name] = scattered if refine is None else refine(scattered)

    def logits(query: Tensor) -> Tensor:
        where = 2 * (query - lower) / (upper - lower) - 1
        condition = torch.zeros(len(query), 8)
        for name, feature in features.items():
            on_map = where[:, axes[name]].view(1, *(1,) * (len(axes[name]) - 1), len(query), -1)
            sampled = functional.grid_sample(
                feature, on_map, padding_mode="border", align_corners=True
            )
            condition = condition + sampled.flatten(2)[0].t()
        net = decoder.fc_p(local(query))
        for layer, block in zip(decoder.fc_c, decoder.blocks, strict=True):
            net = block(net + layer(condition))
        return decoder.fc_out(net.relu())[:, 0]

    return features, logits


def test_the_published_networks_differ_from_the_plain_ones_in_the_order_of_their_keys() -> None:
    state = FAMILY.build(_published()).state_dict()
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    assert shapes == golden_keys(_ROOM)
    assert list(shapes) != list(golden_keys(_ROOM))
    decoder = [key for key in shapes if key.startswith("decoder.")]
    kinds = list(dict.fromkeys(key.split(".")[1] for key in decoder))
    assert kinds == ["fc_c", "fc_out", "blocks", "fc_p"]
    assert list(shapes)[-2:] == ["encoder.fc_pos.weight", "encoder.fc_pos.bias"]


def test_the_order_of_the_keys_tells_them_apart_and_a_sorted_file_is_asked_about() -> None:
    state = FAMILY.build(_published()).state_dict()
    crop = FAMILY.infer(state)
    assert crop.hyperparameters["encoder"] == "pointnet_crop_local_pool"
    assert {"unit_size", "query_vol_size", "local_coord"} <= set(crop.assumed)
    network = FAMILY.build(crop.hyperparameters)
    network.load_state_dict(state)
    assert isinstance(network, CropConvOccupancyNetwork)
    assert network.sizes == CropSizes(0.005, 25, 88)
    plain = FAMILY.infer({key: state[key] for key in golden_keys(_ROOM)})
    assert plain.hyperparameters["encoder"] == "pointnet_local_pool"
    assert "encoder" not in plain.assumed
    unsure = FAMILY.infer(dict(sorted(state.items())))
    assert unsure.hyperparameters["encoder"] == "pointnet_local_pool"
    assert "encoder" in unsure.assumed


def test_sines_and_cosines_are_known_even_from_sorted_keys() -> None:
    state = _network(encoding="sin_cos").state_dict()
    found = FAMILY.infer(dict(sorted(state.items()))).hyperparameters
    assert found["pos_encoding"] == "sin_cos"
    FAMILY.build(found).load_state_dict(state)


@pytest.mark.parametrize(
    ("query", "levels", "depth", "window"), [(25, 4, 4, 88), (90, 4, 4, 160), (25, 3, 3, 56)]
)
def test_windows_are_as_large_as_published(
    query: int, levels: int, depth: int, window: int
) -> None:
    assert window_voxels(query, levels, depth) == window


@pytest.mark.parametrize(
    "where",
    [
        {"unit_size": 0.02, "query_vol_size": 90, "local_coord": True},
        {"encoder_kwargs": {"unit_size": 0.02, "local_coord": True}, "query_vol_size": 90},
        {"crop(unit_size,query_vol_size,num_levels)": [0.02, 90, 4], "local_coord": True},
    ],
)
def test_sizes_are_found_wherever_a_configuration_states_them(where: Mapping[str, Any]) -> None:
    given = {**_published(), **where}
    for name in ("unit_size", "query_vol_size"):
        if name not in where:
            given.pop(name)
    if "encoder_kwargs" in where:
        given["encoder_kwargs"] = {**_published()["encoder_kwargs"], **where["encoder_kwargs"]}
        given["query_vol_size"] = 90
    network = FAMILY.build(given)
    assert isinstance(network, CropConvOccupancyNetwork)
    assert network.sizes == CropSizes(0.02, 90, 160)
    assert network.encoder.local.unit_size == 0.02


_OPTIONS = [
    ("grid", "linear", "max"),
    ("grid", "sin_cos", "max"),
    ("xz+xy+yz", "linear", "mean"),
    ("grid+xz+xy+yz", "linear", "max"),
]


@pytest.mark.parametrize(("maps", "encoding", "scatter"), _OPTIONS)
def test_a_window_is_encoded_and_decoded_as_the_papers_steps_say(
    maps: str, encoding: str, scatter: str
) -> None:
    network, scene = _network(maps, encoding, scatter), _scene()
    window = torch.tensor([[7.4, -3.4, -0.1], [7.4, -3.4, -0.1]])
    window[1] += network.sizes.window
    generator = torch.Generator().manual_seed(1)
    query = window[0] + (torch.rand(700, 3, generator=generator) * 1.1 - 0.05) * (
        window[1] - window[0]
    )
    with torch.no_grad():
        code = network.encode(scene, window)
        features, logits = _reference(network, scene[0], window)
        assert set(features) == set(maps.split("+"))
        for name, feature in features.items():
            torch.testing.assert_close(code[name], feature, atol=1e-4, rtol=1e-4)
        found = network.decode(query[None], code)[0]
        torch.testing.assert_close(network.prepare(code)(query), found)
    expected = logits(query)
    close = (found - expected).abs() <= 2e-4 * expected.std() + 1e-5
    assert close.float().mean() > 0.995  # a point on a voxel's border may fall to either side


def test_a_place_in_a_voxel_is_positive_also_left_of_the_origin() -> None:
    local = LocalCoordinates(0.5)
    found = local(torch.tensor([[-0.125, 0.0, 0.625]]))
    assert found.tolist() == [[0.75, 0.0, 0.25]]
    waves = LocalCoordinates(0.5, "sin_cos")(torch.tensor([[0.375, 0.25, 0.0]]))[0]
    assert waves.shape == (60,)
    torch.testing.assert_close(waves[:3], torch.tensor([1.0, 0.0, 0.0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(waves[3:6], torch.tensor([0.0, 1.0, -1.0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(waves[6:9], torch.tensor([0.0, 0.0, 0.0]), atol=1e-5, rtol=0)


def test_crops_tile_the_box_of_the_points_and_windows_lie_around_them() -> None:
    sizes = CropSizes(0.05, 8, 24)
    points = _scene()[0]
    crops = Crops.of_points(points, sizes)
    lower, upper = crops.corners
    np.testing.assert_allclose(lower, points.min(0).values.numpy() - 0.01, atol=1e-6)
    assert (upper >= points.max(0).values.numpy() + 0.01).all()
    np.testing.assert_allclose(upper - lower, np.array(crops.shape) * 0.4, atol=1e-5)
    number = int(crops.of_queries(torch.tensor([[7.5, -2.8, 0.3]]))[0])
    window = crops.window(number)
    torch.testing.assert_close(
        window[1] - window[0], torch.full((3,), 1.2).to(window), atol=1e-5, rtol=0
    )
    starts = torch.tensor(np.stack(np.meshgrid(*crops.starts, indexing="ij"), -1)).reshape(-1, 3)
    assert crops.of_queries(starts).tolist() == list(range(len(starts)))
    middles = (starts + 0.2).double()
    for index in (0, len(starts) - 1):
        torch.testing.assert_close(
            crops.window(index).double().mean(0), middles[index], atol=1e-5, rtol=0
        )


@pytest.mark.parametrize("maps", ["grid", "grid+xz+xy+yz"])
def test_a_scene_is_what_each_crops_own_window_says(maps: str) -> None:
    network, scene = _network(maps), _scene()
    with torch.no_grad():
        code = network.encode(scene)
        field = network.prepare(code)
        crops = Crops.of_points(scene[0], network.sizes)
        box = code[BOX][0]
        points = box[0] + torch.rand(900, 3, generator=torch.Generator().manual_seed(3)) * (
            box[1] - box[0]
        )
        found = field(points)
        torch.testing.assert_close(network.decode(points[None], code)[0], found)
        owner = crops.of_queries(points)
        assert field.encoded == len(owner.unique())
        for number in owner.unique().tolist()[::3]:
            own = points[owner == number]
            window = network.encode(scene, crops.window(number))
            expected = network.decode(own[None], window)[0]
            torch.testing.assert_close(found[owner == number], expected, atol=1e-4, rtol=1e-4)
        field(points)
    assert field.encoded == len(owner.unique())


def test_windows_without_points_are_encoded_once() -> None:
    network = _network()
    scene = torch.cat((_scene(), _scene() + torch.tensor([20.0, 0.0, 0.0])), 1)
    field = network.prepare(network.encode(scene))
    between = torch.tensor([[12.0, -2.8, 0.3], [14.0, -2.8, 0.3], [16.0, -2.8, 0.3]])
    field(between)
    assert field.encoded == 1


def test_crops_that_were_not_asked_for_longest_are_forgotten() -> None:
    network, scene = _network(), _scene()
    crops = Crops.of_points(scene[0], network.sizes)
    field = CropScene(
        lambda window: network.encoder(scene[0], window),
        network.decoder.sample,
        network.decoder,
        points=scene[0],
        crops=crops,
        memory=1,
    )
    here, there = torch.tensor([[7.1, -2.9, 0.3]]), torch.tensor([[8.9, -2.9, 0.3]])
    values = [field(place) for place in (here, there, here)]
    assert field.encoded == 3
    torch.testing.assert_close(values[0], values[2])


def test_gradients_of_a_scene_are_those_of_its_logits() -> None:
    network, scene = _network(), _scene()
    points = _scene(5)[0, :50]
    with torch.inference_mode():
        field = network.prepare(network.encode(scene))
        field(points)
    slope = field.gradient(points)
    step = 1e-3
    offsets = torch.eye(3) * step
    with torch.inference_mode():
        central = torch.stack(
            [(field(points + o) - field(points - o)) / (2 * step) for o in offsets], 1
        )
    close = (slope - central).abs() < 0.05 * slope.abs().max()
    assert close.float().mean() > 0.9  # kinks of ReLUs, voxels' and crops' borders lie between
    assert field.gradient(points[:0]).shape == (0, 3)


def test_moving_a_scene_by_whole_voxels_moves_its_field() -> None:
    network, scene = _network(), _scene().double()
    scene = ((scene * 1024).round() / 1024).float()  # exact under the shift
    shift = torch.tensor([1.0, -2.0, 4.0])  # multiples of the voxel
    points = ((_scene(7)[0, :300] * 1024).round() / 1024) + 2**-12
    with torch.inference_mode():
        here = network.prepare(network.encode(scene))(points)
        there = network.prepare(network.encode(scene + shift))(points + shift)
    assert ((here - there).abs() < 2e-2 * here.std()).float().mean() > 0.98


def test_the_box_of_a_scene_follows_its_points() -> None:
    network, scene = _network(), _scene()
    lower, upper = network.encode(scene)[BOX][0]
    assert (lower < scene[0].min(0).values).all()
    assert (upper > scene[0].max(0).values).all()
    spec = FAMILY.input_spec({**_published(), "unit_size": 0.02})
    assert spec.normalisation == "metres"
    assert FAMILY.input_spec(_published()).normalisation == "cube"


@pytest.mark.parametrize(
    "wrong",
    [
        {"decoder": "simple_local"},
        {"pos_encoding": "sin_cos", "local_coord": False},
        {"pos_encoding": "cubic"},
        {"unit_size": 0},
    ],
)
def test_wrong_hyperparameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        FAMILY.build({**_published(), **wrong})


def test_what_is_no_cloud_is_refused() -> None:
    with pytest.raises(ModelError, match="takes points"):
        _network().encode(torch.zeros(1, 8, 8, 8))
