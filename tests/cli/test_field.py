"""`occstudio field`: what the papers' own code gives, from files, for every family."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.networks.golden_files import (
    CASES,
    encoder_inputs,
    logits,
    query,
    write_checkpoint_file,
    write_config,
)
from tests.networks.golden_weights import golden_arrays

Shell = Callable[..., Any]
SMALL = "onet_pointcloud"


def assert_golden(found: np.ndarray, case: str) -> None:
    wanted = logits(case)
    assert found.dtype == np.float32
    assert found.shape == wanted.shape
    off = np.abs(found - wanted) > 2e-4 * wanted.std() + 1e-5
    assert off.mean() <= 0.005, f"{np.abs(found - wanted).max()} at worst"


@pytest.mark.parametrize("case", CASES)
def test_every_familys_field_is_that_of_the_original_code(
    case: str, tmp_path: Path, shell: Shell
) -> None:
    model = write_checkpoint_file(case, tmp_path)
    np.save(tmp_path / "q.npy", query(case)[0])
    if case == "onet_uncond_vae":
        np.savez(tmp_path / "in.npz", z=golden_arrays(case)["z"])
    else:
        np.savez(tmp_path / "in.npz", inputs=encoder_inputs(case))
    done = shell(
        "field", model, tmp_path / "in.npz", "--points", tmp_path / "q.npy",
        "-o", tmp_path / "logits.npy", "--config", write_config(case, tmp_path), "--device", "cpu",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert_golden(np.load(tmp_path / "logits.npy"), case)


@pytest.mark.parametrize("case", [SMALL, "onet_img_legacy", "convonet_grid32", "deepsdf"])
def test_hyperparameters_are_inferred_where_nothing_is_stated(
    case: str, tmp_path: Path, shell: Shell
) -> None:
    model = write_checkpoint_file(case, tmp_path)
    np.save(tmp_path / "q.npy", query(case))
    np.savez(tmp_path / "in.npz", inputs=encoder_inputs(case))
    done = shell(
        "field", model, tmp_path / "in.npz", "--points", tmp_path / "q.npy",
        "-o", tmp_path / "logits.npy", "--device", "cpu",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert_golden(np.load(tmp_path / "logits.npy"), case)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    np.save(tmp_path / "q.npy", query(SMALL))
    return write_checkpoint_file(SMALL, tmp_path)


def asked(shell: Shell, model: Path, source: Path) -> Any:
    out = model.parent / "out.npy"
    done = shell(
        "field", model, source, "--points", model.parent / "q.npy", "-o", out, "--device", "cpu"
    )
    return np.load(out) if done.code == 0 else done


def test_a_code_is_taken_as_it_is(small: Path, shell: Shell, tmp_path: Path) -> None:
    arrays = golden_arrays(SMALL)
    np.savez(tmp_path / "code.npz", c=arrays["c"], z=arrays["z"])
    assert_golden(asked(shell, small, tmp_path / "code.npz"), SMALL)
    np.savez(tmp_path / "flat.npz", c=arrays["c"][0])
    assert_golden(asked(shell, small, tmp_path / "flat.npz"), SMALL)


def test_inputs_are_taken_with_or_without_a_batch_axis(
    small: Path, shell: Shell, tmp_path: Path
) -> None:
    points = golden_arrays(SMALL)["points"]
    np.savez(tmp_path / "one.npz", inputs=points[0])
    assert_golden(asked(shell, small, tmp_path / "one.npz"), SMALL)
    np.savez(tmp_path / "two.npz", inputs=np.concatenate([points, points]))
    both = asked(shell, small, tmp_path / "two.npz")
    assert both.shape == (2, 2048)
    assert_golden(both[1], SMALL)


def test_pixels_may_lie_in_either_order(shell: Shell, tmp_path: Path) -> None:
    case = "onet_img"
    np.save(tmp_path / "q.npy", query(case)[0])
    model = write_checkpoint_file(case, tmp_path)
    np.savez(tmp_path / "chw.npz", inputs=encoder_inputs(case).transpose(2, 0, 1)[None])
    assert_golden(asked(shell, model, tmp_path / "chw.npz"), case)


def test_a_scan_is_prepared_as_the_card_says(small: Path, shell: Shell, tmp_path: Path) -> None:
    points = golden_arrays(SMALL)["points"][0]
    np.save(tmp_path / "scan.npy", np.repeat(points, 9, axis=0) * 40 + 7)
    found = asked(shell, small, tmp_path / "scan.npy")
    assert found.shape == (2048,)
    assert np.isfinite(found).all()
    again = asked(shell, small, tmp_path / "scan.npy")
    np.testing.assert_array_equal(found, again)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"inputs": np.zeros((4, 4, 4, 4, 4))}, "'inputs' should be points"),
        ({"inputs": np.zeros((3, 224, 224))}, "takes points"),
        ({"inputs": np.array(["a"])}, "no numbers"),
        ({"c": np.zeros((1, 7))}, "expected a code 'c'"),
        ({"colour": np.zeros(3), "more": np.zeros(3)}, "none of its arrays"),
    ],
)
def test_what_the_network_cannot_take_is_one_sentence(
    small: Path, shell: Shell, tmp_path: Path, arrays: dict[str, np.ndarray], words: str
) -> None:
    np.savez(tmp_path / "in.npz", **arrays)
    done = asked(shell, small, tmp_path / "in.npz")
    assert done.code == 1
    assert words in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize(
    "points", [np.zeros((4, 2)), np.full((1, 3), np.nan), np.array(["a"]), np.zeros((2, 5, 3))]
)
def test_queries_that_are_no_points_are_refused(
    small: Path, shell: Shell, tmp_path: Path, points: np.ndarray
) -> None:
    np.savez(tmp_path / "in.npz", c=golden_arrays(SMALL)["c"])
    np.save(tmp_path / "q.npy", points)
    done = asked(shell, small, tmp_path / "in.npz")
    assert done.code == 1
    assert "points" in done.err


def test_no_points_give_no_logits(small: Path, shell: Shell, tmp_path: Path) -> None:
    np.savez(tmp_path / "in.npz", c=golden_arrays(SMALL)["c"])
    np.save(tmp_path / "q.npy", np.zeros((0, 3), np.float32))
    assert asked(shell, small, tmp_path / "in.npz").shape == (0,)


def test_a_missing_input_or_model_is_one_sentence(small: Path, shell: Shell) -> None:
    assert "no such file" in asked(shell, small, small.parent / "nothing.npz").err
    assert "no such file" in asked(shell, small.parent / "nothing.pt", small).err
    torch.save(torch.zeros(3), small.parent / "tensor.pt")
    assert "single tensor" in asked(shell, small.parent / "tensor.pt", small).err
