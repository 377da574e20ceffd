"""Codes are fitted to scans: the truth is found from a part of it, and a fit can be stopped."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from occstudio.errors import Cancelled, EmptyShapeError
from occstudio.latents.field_losses import distance_loss, occupancy_loss
from occstudio.latents.field_samples import FieldSamples
from occstudio.latents.fitting import FitSettings, FittedCode, fit_code
from occstudio.networks.deep_sdf import FAMILY
from occstudio.networks.occupancy_network import FittedNetwork

TRUTH = torch.tensor([[0.1, -0.2, 0.15, 0.1]])  # centre, and radius less a half


class Spheres(nn.Module):
    """An auto-decoder that knows spheres alone."""

    code_length = 4
    gives_distances = True

    def __init__(self, sharpness: float = 1.0) -> None:
        super().__init__()
        self.sharpness = nn.Parameter(torch.tensor(sharpness))
        self.batches: list[int] = []

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        raise NotImplementedError

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        self.batches.append(points.shape[0] * points.shape[1])
        centre, radius = code["z"][:, None, :3], code["z"][:, 3:] + 0.5
        return self.sharpness * (radius - (points - centre).norm(dim=-1))

    def prepare(self, code: Mapping[str, Tensor]) -> object:
        raise NotImplementedError


def _scan(part: float = 1.0, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals on the lower part of the true sphere."""
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((3000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    normals = normals[normals[:, 1] < 2 * part - 1].astype(np.float32)
    points = TRUTH[0, :3].numpy() + 0.6 * normals
    return (points + rng.normal(0, noise, points.shape)).astype(np.float32), normals


SETTINGS = FitSettings(steps=300, rate=2e-2, samples=256, prior=0.0)


def test_a_third_of_a_noisy_scan_is_enough_for_a_shape_that_the_network_knows() -> None:
    points, normals = _scan(part=0.33, noise=0.01)
    network = Spheres()
    assert isinstance(network, FittedNetwork)
    found = fit_code(network, FieldSamples.of_cloud(points, normals), settings=SETTINGS)
    torch.testing.assert_close(found.code["z"], TRUTH, atol=0.01, rtol=0)
    assert found.loss < 0.02


def test_stray_points_do_little_harm() -> None:
    points, _ = _scan(noise=0.005)
    rng = np.random.default_rng(1)
    strays = rng.uniform(-1, 1, (len(points) // 10, 3)).astype(np.float32)
    samples = FieldSamples.of_cloud(np.concatenate((points, strays)))
    found = fit_code(Spheres(), samples, settings=SETTINGS)
    torch.testing.assert_close(found.code["z"], TRUTH, atol=0.02, rtol=0)


def test_occupancies_are_fitted_by_another_loss() -> None:
    points, normals = _scan()
    found = fit_code(
        Spheres(sharpness=40.0),
        FieldSamples.of_cloud(points, normals),
        loss=occupancy_loss(),
        settings=SETTINGS,
    )
    torch.testing.assert_close(found.code["z"], TRUTH, atol=0.01, rtol=0)


def test_a_shape_far_from_all_samples_still_finds_to_them() -> None:
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((2000, 3))
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    found = fit_code(Spheres(), FieldSamples.of_cloud(0.97 * normals, normals), settings=SETTINGS)
    expected = torch.tensor([[0.0, 0.0, 0.0, 0.47]])
    torch.testing.assert_close(found.code["z"], expected, atol=0.01, rtol=0)


def test_the_best_of_given_codes_is_gone_on_with() -> None:
    points, normals = _scan()
    starts = torch.tensor([[0.9, 0.9, 0.9, -0.4], [0.1, -0.2, 0.15, 0.1], [-0.9, 0.0, 0.0, 0.0]])
    found = fit_code(
        Spheres(),
        FieldSamples.of_cloud(points, normals),
        settings=FitSettings(steps=1, rate=0.0, restarts=1),
        starts=starts,
    )
    torch.testing.assert_close(found.code["z"], TRUTH)


def test_the_prior_keeps_codes_small() -> None:
    points, normals = _scan()
    samples = FieldSamples.of_cloud(points, normals)
    strong = FitSettings(steps=200, rate=2e-2, samples=256, prior=100.0)
    assert fit_code(Spheres(), samples, settings=strong).code["z"].norm() < 0.05


def test_a_seed_gives_the_same_code_again() -> None:
    points, normals = _scan(noise=0.01)
    samples = FieldSamples.of_cloud(points, normals, seed=3)
    few = FitSettings(steps=20, samples=64, seed=5)
    one, two = (fit_code(Spheres(), samples, settings=few).code["z"] for _ in range(2))
    assert torch.allclose(one, two, atol=1e-6)
    other = fit_code(Spheres(), samples, settings=FitSettings(steps=20, samples=64, seed=6))
    assert not torch.allclose(one, other.code["z"], atol=1e-6)


class _Stopping:
    """A watch that says stop after some questions."""

    def __init__(self, after: int) -> None:
        self.after, self.asked, self.told = after, 0, list[float]()

    def check(self) -> None:
        self.asked += 1
        if self.asked > self.after:
            raise Cancelled

    def report(self, stage: str, fraction: float) -> None:
        assert stage == "fit"
        self.told.append(fraction)


def test_progress_is_told_and_codes_are_shown_on_the_way() -> None:
    points, normals = _scan()
    watch, shown = _Stopping(10**9), list[FittedCode]()
    fit_code(
        Spheres(),
        FieldSamples.of_cloud(points, normals),
        settings=FitSettings(steps=100, rate=2e-2, samples=64),
        watch=watch,
        told=shown.append,
    )
    assert watch.told == sorted(watch.told)
    assert watch.told[-1] == 1.0
    assert [code.steps for code in shown] == [50, 100]
    assert shown[1].loss < shown[0].loss


def test_a_fit_leaves_the_network_as_it_was() -> None:
    points, normals = _scan()
    network = Spheres()
    before = network.sharpness.detach().clone()
    fit_code(network, FieldSamples.of_cloud(points, normals), settings=FitSettings(steps=5))
    assert network.sharpness.grad is None
    assert torch.equal(network.sharpness, before)


def test_a_fit_of_a_large_network_asks_whether_to_go_on_within_a_step() -> None:
    """A step of DeepSDF's takes seconds on one core: it is computed in pieces."""
    points, normals = _scan()
    network = FAMILY.build({}).eval()
    watch = _Stopping(30)
    slowest, last = 0.0, time.perf_counter()
    check = watch.check

    def timed() -> None:
        nonlocal slowest, last
        now = time.perf_counter()
        slowest, last = max(slowest, now - last), now
        check()

    watch.check = timed  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(Cancelled):
        fit_code(
            network,
            FieldSamples.of_cloud(points, normals),
            settings=FitSettings(samples=8000),
            watch=watch,
        )
    assert not watch.told  # stopped within the first step
    print("longest wait between two questions", slowest)


def test_what_lies_before_a_scan_is_known_to_be_empty() -> None:
    points, _ = _scan()
    seen = points[points[:, 2] > 0.3]
    samples = FieldSamples.of_cloud(seen, viewpoint=np.array([0.1, -0.2, 3.0]), radius=None)
    is_empty = samples.high < 0
    assert is_empty.any()
    inside = (samples.points - TRUTH[0, :3]).norm(dim=1) < 0.59
    assert not (inside & is_empty).any()


def test_steps_along_normals_end_where_another_part_is_nearer() -> None:
    sheet = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 3)).astype(np.float32)
    sheet[:2000, 1], sheet[2000:, 1] = 0.0, 0.02  # two sheets, 0.02 apart: a thin board
    normals = np.zeros_like(sheet)
    normals[:2000, 1], normals[2000:, 1] = -1, 1
    samples = FieldSamples.of_cloud(sheet, normals, radius=None)
    middle = (samples.points[:, 1] > 0.005) & (samples.points[:, 1] < 0.015)
    assert (samples.high[middle] < 0.03).all()
    assert (samples.low <= samples.high).all()


def test_losses_count_what_is_out_of_bounds_alone() -> None:
    low, high = torch.tensor([-0.05, 0.0, -1.0]), torch.tensor([0.05, 0.0, -0.02])
    values = torch.tensor([0.03, 0.04, 0.08])
    torch.testing.assert_close(distance_loss()(values, low, high), torch.tensor([0.0, 0.04, 0.1]))
    far = torch.tensor([9.1, 9.1, 9.1])
    clamped = torch.tensor([0.05, 0.1, 0.12])
    torch.testing.assert_close(distance_loss(leak=0)(far, low, high), clamped)
    torch.testing.assert_close(distance_loss(leak=0.1)(far, low, high), clamped + 0.9)
    torch.testing.assert_close(distance_loss()(-far, low, high)[2], torch.tensor(0.0))
    logits = occupancy_loss()(torch.tensor([5.0, 0.0, -30.0]), low, high)
    torch.testing.assert_close(logits, torch.zeros(3), atol=1e-6, rtol=0)


def test_no_points_are_refused() -> None:
    with pytest.raises(EmptyShapeError):
        FieldSamples.of_cloud(np.zeros((0, 3), np.float32))
