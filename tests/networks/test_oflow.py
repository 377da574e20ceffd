"""A moving shape's field follows its velocity field, and the network is read from its keys.

There are no golden files of this family: the velocity fields here are known motions.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.families import load_families
from occstudio.networks.flow_field import FlowField
from occstudio.networks.oflow import FAMILY, OccupancyFlowNetwork
from tests.networks.golden_weights import fill_network

_SMALL: dict[str, Any] = {
    "encoder_kwargs": {"hidden_dim": 8},
    "encoder_temporal_kwargs": {"hidden_dim": 8},
    "decoder": "cbatchnorm",
    "decoder_kwargs": {"hidden_size": 16},
    "velocity_field_kwargs": {"hidden_size": 16, "n_blocks": 2},
    "c_dim": 6,
}


def _network(**changes: Any) -> OccupancyFlowNetwork:
    network = FAMILY.build({**_SMALL, **changes})
    fill_network(network)
    return network


def _sequence(batch: int = 1) -> Tensor:
    return torch.rand(batch, 17, 30, 3, generator=torch.Generator().manual_seed(2)) - 0.5


def _points(count: int, batch: int = 1) -> Tensor:
    return torch.rand(batch, count, 3, generator=torch.Generator().manual_seed(1)) - 0.5


class _Motion(nn.Module):
    """A velocity field that is known: a turn about z that slows down."""

    def forward(self, points: Tensor, times: Tensor, z: object, c: object) -> Tensor:
        pace = (math.pi * (1 - times)).view(-1, 1, 1)
        x, y, z_axis = points.split(1, 2)
        return pace * torch.cat((-y, x, 0 * z_axis), 2)


def _angle(time: float) -> float:
    return math.pi * (time - time**2 / 2)


def _turned(points: Tensor, angle: float) -> Tensor:
    x, y, z = points.split(1, 2)
    cosine, sine = math.cos(angle), math.sin(angle)
    return torch.cat((cosine * x - sine * y, sine * x + cosine * y, z), 2)


def test_the_field_at_a_time_is_the_first_one_moved() -> None:
    network = _network()
    network.vector_field = _Motion()  # type: ignore[assignment]
    code = network.encode(_sequence())
    points = _points(200)
    first = network.decode(points, code)
    for time in (0.3, 1.0):
        moved = _turned(points, _angle(time))
        logits = network.decode(moved, {**code, "time": torch.tensor([time])})
        assert (logits - first).abs().max() < 5e-3 * first.std()


def test_each_shape_of_a_batch_has_its_own_time() -> None:
    network = _network()
    network.vector_field = _Motion()  # type: ignore[assignment]
    points, times = _points(50, batch=2), torch.tensor([0.25, 1.0])
    forth = network.carried(points, network.encode(_sequence(2)), torch.zeros(2), times)
    for index, time in enumerate(times.tolist()):
        expected = _turned(points[index : index + 1], _angle(time))[0]
        assert (forth[index] - expected).abs().max() < 1e-3


def test_what_is_carried_forth_comes_back() -> None:
    network = _network()
    code, points = network.encode(_sequence()), _points(100)
    start, end = torch.tensor([0.1]), torch.tensor([0.7])
    there = network.carried(points, code, start, end)
    assert (there - points).abs().max() > 0.05
    back = network.carried(there, code, end, start)
    assert (back - points).abs().max() < 5e-3


def test_velocities_are_those_of_the_layers_one_by_one() -> None:
    network = _network(velocity_field_kwargs={"hidden_size": 16, "n_blocks": 3, "leaky": True})
    field, code = network.vector_field, network.encode(_sequence())["c_t"]
    points, time = _points(40), torch.tensor([0.4])
    net = field.fc_p(torch.cat((points, torch.full((1, 40, 1), 0.4)), 2))
    for block, layer in zip(field.blocks, field.fc_c, strict=True):
        net = net + layer(code)[:, None]
        net = net + block.fc_1(block.fc_0(net.relu()).relu())
    expected = field.fc_out(nn.functional.leaky_relu(net, 0.2))
    torch.testing.assert_close(field(points, time, None, code), expected)
    prepared = field.prepare(None, code)
    places = torch.nn.functional.pad(points[0], (0, 1), value=0.4)
    torch.testing.assert_close(prepared.values(places), expected[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("z_dim", [0, 4])
def test_the_prepared_field_is_the_decoder_at_its_time(z_dim: int) -> None:
    network = _network(z_dim=z_dim)
    code = network.encode(_sequence())
    if z_dim:
        code |= {"z": torch.rand(1, 4), "z_t": torch.rand(1, 4)}
    points = _points(3000)
    for time in (0.0, 0.35, 1.0):
        timed = {**code, "time": torch.tensor([time])}
        field, expected = network.prepare(timed), network.decode(points, timed)[0]
        assert isinstance(field, FlowField) == (time > 0)
        assert (field(points[0]) - expected).abs().max() < 2e-2 * expected.std()
        assert (field.rough(points[0]) - expected).abs().mean() < 0.1 * expected.std()


def test_a_prepared_field_is_the_same_whatever_is_asked_together() -> None:
    network = _network()
    field = network.prepare({**network.encode(_sequence()), "time": torch.tensor([0.8])})
    points = _points(300)[0]
    alone = torch.cat([field(part) for part in points.split(7)])
    torch.testing.assert_close(field(points), alone, atol=1e-4, rtol=1e-4)
    assert field(points[:0]).shape == field.rough(points[:0]).shape == (0,)


def test_the_field_at_a_time_has_a_gradient() -> None:
    network = _network()
    code = {**network.encode(_sequence()), "time": torch.tensor([0.5])}
    points = _points(5).double().float().requires_grad_()
    (slope,) = torch.autograd.grad(network.decode(points, code).sum(), points)
    for axis in range(3):
        offset = torch.zeros(3)
        offset[axis] = 1e-3
        sides = [network.decode(points.detach() + s * offset, code) for s in (1, -1)]
        numeric = (sides[0] - sides[1]) / 2e-3
        torch.testing.assert_close(slope[..., axis], numeric, atol=0.1, rtol=0.1)


def test_the_shape_is_seen_in_the_first_cloud_and_the_motion_in_all() -> None:
    network, sequence = _network(), _sequence()
    changed = sequence.clone()
    changed[:, 5] += 0.1
    before, after = network.encode(sequence), network.encode(changed)
    assert torch.equal(before["c"], after["c"])
    assert not torch.equal(before["c_t"], after["c_t"])
    order = torch.randperm(30)
    torch.testing.assert_close(network.encode(sequence[:, :, order])["c_t"], before["c_t"])


def test_a_single_cloud_is_a_sequence_in_which_nothing_moves() -> None:
    network, cloud = _network(), _sequence()[:, 0]
    repeated = cloud.unsqueeze(1).expand(1, 17, 30, 3)
    assert torch.equal(network.encode(cloud)["c_t"], network.encode(repeated)["c_t"])
    with pytest.raises(ModelError, match=r"17 point clouds \(B, 17, N, 3\)"):
        network.encode(_sequence()[:, :5])


def test_a_network_without_encoders_draws_shape_and_motion() -> None:
    network = _network(encoder=None, encoder_temporal=None, decoder="simple", c_dim=0, z_dim=4)
    draws = network.sample_prior(2, seed=1)
    assert draws["z"].shape == draws["z_t"].shape == (2, 4)
    assert not torch.equal(draws["z"], draws["z_t"])
    assert torch.equal(draws["z"], network.sample_prior(2, seed=1)["z"])
    assert FAMILY.input_spec({"encoder": None}).kind == "latent"
    with pytest.raises(ModelError, match="give it a sequence"):
        _network(z_dim=4).sample_prior(1, seed=0)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"z_dim": 3},
        {"decoder": "simple", "encoder": "pointnet_simple"},
        {"encoder": None, "encoder_temporal": None, "decoder": "simple", "c_dim": 0, "z_dim": 4},
        {"velocity_field_kwargs": {"hidden_size": 12, "n_blocks": 5}},
    ],
)
def test_every_variant_is_inferred_and_taken_by_no_other_family(changes: dict[str, Any]) -> None:
    state = _network(**changes).state_dict()
    families = load_families().items()
    assert [name for name, family in families if family.recognises(state)] == ["oflow"]
    inferred = FAMILY.infer(dict(sorted(state.items())))
    FAMILY.build(inferred.hyperparameters).load_state_dict(state)
    assert {"rtol", "atol"} <= set(inferred.assumed)


def test_the_default_network_is_the_papers() -> None:
    with torch.device("meta"):
        state = FAMILY.build({"encoder_temporal_kwargs": {"hidden_dim": 512}}).state_dict()
    assert state["encoder_temporal.fc_pos.weight"].shape == (1024, 51)
    assert state["vector_field.fc_p.weight"].shape == (512, 4)
    spec = FAMILY.input_spec({})
    assert (spec.points, spec.frames, spec.is_timed) == (300, 17, True)
    assert FAMILY.threshold == 0.3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ode_solver": "euler"}, "unknown solver"),
        ({"encoder_temporal": "conv_3d"}, "unknown encoder of motions"),
        ({"velocity_field_kwargs": {"colour": 1}}, "colour"),
        ({"encoder": "psgn"}, "psgn"),
    ],
)
def test_wrong_hyperparameters_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        FAMILY.build({**_SMALL, **wrong})


_GENERATIVE: dict[str, Any] = {
    "encoder": None,
    "encoder_temporal": None,
    "encoder_latent": "pointnet",
    "encoder_latent_kwargs": {"dim": 3, "hidden_dim": 8},
    "encoder_latent_temporal": "pointnet",
    "encoder_latent_temporal_kwargs": {"dim": 51, "hidden_dim": 8},
    "decoder": "simple",
    "decoder_kwargs": {"hidden_size": 16},
    "velocity_field_kwargs": {"hidden_size": 16, "n_blocks": 3},
    "c_dim": 0,
    "z_dim": 5,
}
"""The published generative configuration, narrower."""


def test_the_generative_network_is_read_from_its_keys() -> None:
    network = FAMILY.build(_GENERATIVE)
    fill_network(network)
    keys = network.state_dict()
    assert "encoder_latent_temporal.blocks.2.fc_1.weight" in keys
    inferred = FAMILY.infer(keys)
    again = FAMILY.build(inferred.hyperparameters)
    again.load_state_dict(keys)
    drawn = again.sample_prior(1, seed=3)
    points = _points(50)
    code = {**drawn, "time": torch.tensor([0.5])}
    torch.testing.assert_close(again.decode(points, code), network.decode(points, code))


def test_latents_of_a_sequence_are_those_of_the_layers_one_by_one() -> None:
    network = FAMILY.build(_GENERATIVE)
    fill_network(network)
    sequence = _sequence(2)
    encoder = network.encoder_latent_temporal
    assert encoder is not None
    mean, log_deviation = encoder(sequence)
    net = encoder.fc_pos(sequence.transpose(1, 2).reshape(2, 30, 51))
    for number, block in enumerate(encoder.blocks):
        net = block.shortcut(net) + block.fc_1(block.fc_0(net.relu()).relu())
        if number < 2:
            net = torch.cat([net, net.max(1, keepdim=True).values.expand(net.shape)], 2)
    net = net.max(1).values
    torch.testing.assert_close(mean, encoder.fc_mean(net))
    torch.testing.assert_close(log_deviation, encoder.fc_logstd(net))
    first = network.encoder_latent
    assert first is not None
    torch.testing.assert_close(first(sequence)[0], first(sequence[:, :1])[0])


def test_a_motion_without_a_shape_is_refused_in_one_sentence() -> None:
    keys = {k: v for k, v in _network().state_dict().items() if not k.startswith("decoder.")}
    with pytest.raises(ModelError, match="no shape"):
        FAMILY.infer(keys)
