"""Files of torch are read without running anything, and what they are not is said."""

import contextlib
import io
import os
import pickle
import pickletools
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.errors import UnreadableFileError
from occstudio.inference.torch_file import read_torch_file, state_dict_of
from tests.inference.small_models import paper_file


def _weights() -> dict[str, torch.Tensor]:
    return {"decoder.fc.weight": torch.ones(2, 3), "encoder.fc.bias": torch.zeros(2)}


@pytest.mark.parametrize("zipped", [True, False])
def test_both_of_torchs_containers_are_read(tmp_path: Path, zipped: bool) -> None:
    torch.save(
        {"model": _weights(), "loss_val_best": np.float64(0.25)},
        tmp_path / "m.pt",
        _use_new_zipfile_serialization=zipped,
    )
    found = read_torch_file(tmp_path / "m.pt")
    assert isinstance(found, dict)
    assert found["loss_val_best"] == 0.25
    assert torch.equal(found["model"]["decoder.fc.weight"], torch.ones(2, 3))


@pytest.mark.parametrize("name", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64])
def test_numpy_scalars_are_read_under_the_names_of_numpy_1_and_2(
    tmp_path: Path, name: bytes, kind: type
) -> None:
    torch.save({"model": _weights(), "loss_val_best": kind(2)}, tmp_path / "m.pt")
    with zipfile.ZipFile(tmp_path / "m.pt") as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    pickled = next(key for key in members if key.endswith("data.pkl"))
    before = members[pickled]
    assert b"cnumpy._core.multiarray\n" in before
    members[pickled] = before.replace(b"cnumpy._core.multiarray\n", b"c" + name + b"\n")
    with zipfile.ZipFile(tmp_path / "m.pt", "w", zipfile.ZIP_STORED) as archive:
        for key, content in members.items():
            archive.writestr(key, content)
    found = read_torch_file(tmp_path / "m.pt")
    assert isinstance(found, dict)
    assert found["loss_val_best"] == 2


class _Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.target}",)


def _torch_zip(trap: _Trap, path: Path) -> None:
    torch.save({"model": _weights(), "extra": trap}, path)


def _torch_old(trap: _Trap, path: Path) -> None:
    torch.save({"model": trap}, path, _use_new_zipfile_serialization=False)


def _plain(trap: _Trap, path: Path) -> None:
    path.write_bytes(pickle.dumps(trap))


def _in_the_weights(trap: _Trap, path: Path) -> None:
    torch.save({"model": {**_weights(), "decoder.fc.weight": trap}}, path)


@pytest.mark.parametrize("write", [_torch_zip, _torch_old, _plain, _in_the_weights])
def test_a_booby_trapped_pickle_is_refused_by_name_and_not_run(
    tmp_path: Path, write: Callable[[_Trap, Path], None]
) -> None:
    path, sprung = tmp_path / "trap.pt", tmp_path / "sprung"
    write(_Trap(sprung), path)
    with pytest.raises(UnreadableFileError, match="have to run code to load") as refused:
        read_torch_file(path)
    assert not sprung.exists()
    assert write is _plain or ".system'" in str(refused.value)


def test_the_trap_would_have_sprung(tmp_path: Path) -> None:
    """The test above proves something only if the file is as dangerous as it looks."""
    _torch_zip(_Trap(tmp_path / "sprung"), tmp_path / "trap.pt")
    torch.load(tmp_path / "trap.pt", weights_only=False)
    assert (tmp_path / "sprung").exists()


def test_a_whole_pickled_network_is_refused(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "whole.pt")
    with pytest.raises(UnreadableFileError, match="save its state_dict alone"):
        read_torch_file(tmp_path / "whole.pt")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 << 30)


def _tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("weights"), io.BytesIO())


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.yaml", "a: 1")


def _bomb(path: Path) -> None:
    """Small, but its table of contents promises six gigabytes."""
    torch.save({"model": _weights()}, path)
    content = bytearray(path.read_bytes())
    place = content.find(b"PK\1\2")
    while place >= 0:
        content[place + 24 : place + 28] = (3 << 30).to_bytes(4, "little")
        place = content.find(b"PK\1\2", place + 1)
    path.write_bytes(content)


def _array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (_sparse, "11 GB, larger than 4 GB"),
        (_tar, "archive of files"),
        (_zip, "zip archive without a torch model"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.mkdir(), "folder without a model"),
        (lambda path: path.write_bytes(b"<!DOCTYPE html><html>404"), "web page"),
        (
            lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
            "lfs pull",
        ),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08" + bytes(40)), "gzip"),
        (lambda path: path.write_bytes(b"\x89HDF\r\n" + bytes(40)), "HDF5"),
        (_array, "NumPy array"),
        (_bomb, "unpack to more than 4 GB"),
        (lambda path: path.write_bytes(bytes(range(256)) * 9), "no torch file"),
        (lambda path: path.write_text("epoch: 3\n"), "damaged"),
        (lambda path: None, "no such file"),
    ],
)
def test_what_is_no_checkpoint_is_one_sentence(
    tmp_path: Path, write: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "m.pt"
    write(path)
    with pytest.raises(UnreadableFileError, match=words) as refused:
        read_torch_file(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.98])
def test_a_file_that_is_cut_off_is_one_sentence(tmp_path: Path, share: float, zipped: bool) -> None:
    path = tmp_path / "m.pt"
    torch.save({"model": _weights()}, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableFileError):
        state_dict_of(path, read_torch_file(path))


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_never_ends_in_anything_else(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    path = paper_file(tmp_path / "m.pt")
    content = bytearray(path.read_bytes())
    for place in random.integers(0, len(content), 30):
        content[place] = random.integers(256)
    path.write_bytes(content)
    with contextlib.suppress(UnreadableFileError):
        state_dict_of(path, read_torch_file(path))


@pytest.mark.parametrize(
    "found",
    [
        _weights(),
        {"model": _weights(), "optimizer": {}},
        {"model_state_dict": _weights(), "epoch": 3},
        {"state_dict": {f"model.{k}": v for k, v in _weights().items()}},
        {f"module.{k}": v for k, v in _weights().items()},
        {"model": {f"module.{k}": v for k, v in _weights().items()}},
        {"model": {k.replace(".fc", ".module.fc"): v for k, v in _weights().items()}},
        {f"_orig_mod.{k}": v for k, v in _weights().items()},
        {
            "decoder": {"fc.weight": torch.ones(2, 3)},
            "encoder": {"fc.bias": torch.zeros(2)},
            "optimizer": {"state": torch.zeros(1)},
            "epoch": 3,
        },
    ],
)
def test_weights_are_found_whatever_they_are_wrapped_in(found: dict[str, object]) -> None:
    weights = state_dict_of(Path("m.pt"), found)
    assert set(weights) == set(_weights())


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (torch.zeros(3), "a single tensor"),
        ([1, 2], "a list"),
        ({"epoch": 3, "name": "x"}, "it has epoch, name"),
        ({}, "nothing"),
        ({"w": torch.zeros(1).expand(10**9)}, "claims more than it holds"),
    ],
)
def test_what_holds_no_weights_is_named(found: object, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        state_dict_of(Path("m.pt"), found)


def test_the_trap_is_what_torch_would_see(tmp_path: Path) -> None:
    _plain(_Trap(tmp_path / "sprung"), tmp_path / "trap.pt")
    operations = [op.name for op, _, _ in pickletools.genops((tmp_path / "trap.pt").read_bytes())]
    assert "REDUCE" in operations
