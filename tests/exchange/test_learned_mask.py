"""A network's cut-out, by rembg itself with a network of a few bytes, and without rembg."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import MissingExtraError, UnreadableFileError
from occstudio.exchange.learned_mask import learned_mask
from occstudio.exchange.object_mask import cut_object_out
from occstudio.shapes.image import Image


def _field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value % 128 | 128]) + _varint(value // 128)


def _tensor(name: bytes, sides: tuple[int, ...]) -> bytes:
    shape = b"".join(_field(1, _field(1, side)) for side in sides)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, shape)))


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """An ONNX file that says how bright each pixel is: bright things are objects."""
    axes = _field(1, b"axes") + _field(8, 1) + _field(20, 7)
    node = _field(1, b"photo") + _field(2, b"mask") + _field(4, b"ReduceMean") + _field(5, axes)
    graph = _field(1, node) + _field(2, b"brightness")
    graph += _field(11, _tensor(b"photo", (1, 3, 320, 320)))
    graph += _field(12, _tensor(b"mask", (1, 1, 320, 320)))
    path = tmp_path / "brightness.onnx"
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(2, 13)))
    return path


def _lamp() -> Image:
    pixels = np.random.default_rng(0).integers(0, 60, (120, 160, 3)).astype(np.uint8)
    pixels[30:90, 50:110] = 240
    return Image(pixels)


@pytest.mark.slow
def test_the_networks_object_is_cut_out(network: Path) -> None:
    pytest.importorskip("rembg")
    found = cut_object_out(_lamp(), learned=learned_mask(network))
    assert found.how == "learned"
    opaque = found.image.opacity() >= 128
    assert opaque[32:88, 52:108].all()
    assert opaque.sum() < 1.1 * 60 * 60
    half = cut_object_out(_lamp(), box=(50, 30, 80, 90), learned=learned_mask(network))
    assert not (half.image.opacity()[:, 81:] > 0).any()


def test_a_file_that_is_no_network_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("rembg")
    (tmp_path / "a.onnx").write_bytes(b"nothing of the kind")
    for name in ("a.onnx", "lost.onnx"):
        with pytest.raises(UnreadableFileError, match="ONNX"):
            learned_mask(tmp_path / name)


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rembg", None)
    with pytest.raises(MissingExtraError, match=r"occstudio\[matting\]"):
        learned_mask()
