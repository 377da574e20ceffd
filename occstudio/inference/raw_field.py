"""The field itself, for scripts: logits of a network at given points, nothing in between.

What is asked is the network's own space and its own numbers: an observation is prepared as the
card says, but arrays called ``inputs`` go to the encoder as they are, and a code may be given
directly.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.errors import ModelError, OccStudioError, UnreadableFileError
from occstudio.exchange.formats import format_of
from occstudio.exchange.numpy_file import read_arrays
from occstudio.exchange.observation_reader import read_observation
from occstudio.inference.neural_field import SCALE
from occstudio.inference.predictor import NeuralModel
from occstudio.inference.preparation import prepared
from occstudio.networks.conv_onet_crop import CropConvOccupancyNetwork
from occstudio.networks.occupancy_network import TIME
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.watch import UNWATCHED, Watch

INPUTS = "inputs"
WINDOW = "input_vol"
"""Lower and upper corner (2, 3) of the one window that a network for large scenes is to see."""
_CODE_NDIM = {"c": 1, "z": 1, "c_t": 1, "z_t": 1, "xz": 3, "xy": 3, "yz": 3, "grid": 4}
"""Names by which a code is known, and how many axes each has without that of the batch."""
_BATCH = 16_384


def raw_logits(
    model: NeuralModel,
    source: Path,
    points: Points,
    *,
    time: float | None = None,
    watch: Watch = UNWATCHED,
) -> Values:
    """Logits of a model at points of the network's own space.

    Parameters
    ----------
    model : NeuralModel
        For example from `library.load_model`.
    source : Path
        Any observation that the model takes; or an ``.npz`` with ``inputs``, for the encoder
        (with `WINDOW` beside them, for one window of a large scene), or with a code: ``c``,
        ``z``, or feature maps under their names.
    points : (n, 3) float32
        In the network's units.
    time : float, optional
        From 0 to 1, for shapes that move; else what the archive calls ``time``, or 0.
    watch : Watch
        Told of the stages.

    Returns
    -------
    (n,) float32
        Positive inside; -sdf, unscaled, of distance families. (B, n) if a batch of B was given.

    Raises
    ------
    OccStudioError
        If the input can't be read or the network can't take it.
    """
    arrays = read_arrays(source) if _is_archive(source) else {}
    device = torch.device(model.device)
    with torch.inference_mode():
        code = _code(model, source, arrays, watch)
        moment = arrays.get(TIME, np.zeros(1)) if time is None else np.array([time])
        if model.card.input_spec.is_timed:
            moment = np.asarray(moment, np.float32).ravel()
            code[TIME] = torch.from_numpy(np.resize(moment, _batch(code)))
        code = {name: part.to(device) for name, part in code.items()}
        watch.report("decode", 0.0)
        return _decoded(model, code, torch.from_numpy(points).to(device), watch)


def read_query(path: Path) -> Points:
    """Query points ``(n, 3)`` from an NPY file of that shape or of ``(1, n, 3)``.

    Raises
    ------
    UnreadableFileError
        If it holds something else.
    """
    arrays = read_arrays(path)
    nothing: NDArray[Any] = np.zeros((), np.bool_)
    found = next(iter(arrays.values())) if len(arrays) == 1 else nothing
    if found.dtype.kind not in "fiu":
        raise UnreadableFileError(path, "it holds no array of points; save (n, 3) numbers as .npy")
    array = np.squeeze(found, 0) if found.ndim == 3 and len(found) == 1 else found
    if array.ndim != 2 or array.shape[1] != 3:
        raise UnreadableFileError(path, f"points are wanted as (n, 3), but it holds {found.shape}")
    points = np.array(array, np.float32, order="C")
    if not np.isfinite(points).all():
        raise UnreadableFileError(path, "its points are not finite; drop those rows")
    return points


def encoder_inputs(array: NDArray[Any], spec: InputSpec) -> Tensor:
    """An array as the encoder takes it: with a batch axis, channels before rows, else unchanged.

    Raises
    ------
    ModelError
        If no encoder of this kind takes such a shape.
    """
    shape = array.shape
    if array.dtype.kind not in "fiub":
        raise ModelError(f"the array 'inputs' holds no numbers ({array.dtype})")
    if spec.kind == "image":
        pixels = array.astype(np.float32) / (255 if array.dtype == np.uint8 else 1)
        if pixels.ndim == 3:
            pixels = pixels[None]
        if pixels.ndim == 4 and pixels.shape[1] != 3 and pixels.shape[3] == 3:
            pixels = pixels.transpose(0, 3, 1, 2)
        if pixels.ndim != 4 or pixels.shape[1] != 3:
            raise ModelError(f"'inputs' should be a photo (3, H, W) or (H, W, 3), not {shape}")
        return torch.from_numpy(np.array(pixels, order="C"))
    if spec.kind == "latent":
        if array.ndim == 0 or array.dtype.kind in "iu":
            return torch.from_numpy(array.reshape(-1).astype(np.int64))
        return torch.from_numpy(array.reshape(-1, shape[-1]).astype(np.float32))
    given = array.astype(np.float32)
    is_cloud = shape[-1:] == (3,) and (
        spec.kind == "points" or len(shape) == 2 or (len(shape) == 3 and shape[0] == 1)
    )
    wanted = (3 + (spec.frames > 1)) if is_cloud else 4
    while given.ndim > wanted and given.shape[0] == 1:
        given = given[0]
    if given.ndim == 5 and given.shape[1] == 1:
        given = given[:, 0]
    if given.ndim == wanted - 1:
        given = given[None]
    if given.ndim != wanted:
        raise ModelError(
            f"'inputs' should be {spec.kind}, (N, 3) or (X, Y, Z) with or without a batch axis, "
            f"not {shape}"
        )
    return torch.from_numpy(np.array(given, order="C"))


def _code(
    model: NeuralModel, source: Path, arrays: dict[str, NDArray[Any]], watch: Watch
) -> dict[str, Tensor]:
    device = torch.device(model.device)
    if INPUTS in arrays:
        watch.report("encode", 0.0)
        inputs = encoder_inputs(arrays[INPUTS], model.card.input_spec).to(device)
        network = model.network
        if WINDOW in arrays and isinstance(network, CropConvOccupancyNetwork):
            window = torch.tensor(arrays[WINDOW])
            return dict(_asked(lambda: network.encode(inputs, window), model))
        return dict(_asked(lambda: network.encode(inputs), model))
    given = {
        name: array
        for name, array in arrays.items()
        if name in _CODE_NDIM and array.ndim >= _CODE_NDIM[name] and array.size
    }
    if given:
        return {
            name: torch.from_numpy(
                (array if array.ndim > _CODE_NDIM[name] else array[None]).astype(np.float32)
            )
            for name, array in given.items()
        }
    observation = read_observation(source).observation
    # a fit needs gradients, which `encode_prepared` forbids itself where there is none
    with torch.inference_mode(mode=False):
        latent = model.encode_prepared(prepared(observation, model.card.input_spec), watch)
    return {
        name: torch.from_numpy(np.array(array))[None]
        for name, array in latent.arrays.items()
        if name != SCALE
    }


def _decoded(model: NeuralModel, code: dict[str, Tensor], points: Tensor, watch: Watch) -> Values:
    batch = _batch(code)
    parts: list[NDArray[np.float32]] = []
    pieces = points.split(_BATCH)
    field = _asked(lambda: model.network.prepare(code), model) if batch == 1 else None
    for number, piece in enumerate(pieces):
        watch.check()
        watch.report("decode", number / len(pieces))
        if field is not None:
            logits = _asked(lambda piece=piece: field(piece), model)
        else:
            spread = piece.expand(batch, -1, -1)
            logits = _asked(lambda spread=spread: model.network.decode(spread, code), model)
        parts.append(logits.float().cpu().numpy())
    return np.ascontiguousarray(np.concatenate(parts, axis=-1), np.float32)


def _asked(ask: Any, model: NeuralModel) -> Any:  # noqa: ANN401 - whatever it gives
    """What a network answers; what it can't take is told in its own words."""
    try:
        return ask()
    except OccStudioError:
        raise
    except (RuntimeError, ValueError, KeyError, IndexError) as error:
        raise ModelError(
            f"'{model.card.name}' can't take this input ({error}): check its shape"
        ) from error


def _batch(code: dict[str, Tensor]) -> int:
    return next((len(part) for part in code.values()), 1)


def _is_archive(path: Path) -> bool:
    entry = format_of(path)
    return entry is not None and entry.key == "npz"
