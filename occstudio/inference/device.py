"""Which device computes, and how large its batches are."""

import os

import torch

from occstudio.errors import ModelError


def choose_device(wish: str = "auto") -> torch.device:
    """The device that a person asked for, or the best one there is.

    Parameters
    ----------
    wish : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises
    ------
    ModelError
        If the wish can't be met here.
    """
    if wish == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda:0")
        return torch.device("cpu")
    try:
        device = torch.device(wish)
    except RuntimeError as error:
        raise ModelError(f"'{wish}' is no device: use auto, cpu, cuda or mps") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ModelError("there is no CUDA device that torch can use here: choose --device cpu")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ModelError("there is no Apple GPU that torch can use here: choose --device cpu")
    return device


def known_devices() -> dict[str, str]:
    """Devices that a person may ask for, and why each can't be used here; empty if it can."""
    cuda_reason = mps_reason = ""
    if torch.version.cuda is None:
        cuda_reason = "this torch is built without CUDA"
    elif not torch.cuda.is_available():
        cuda_reason = "torch finds no NVIDIA graphics card"
    if not torch.backends.mps.is_available():
        mps_reason = "torch finds no Apple graphics"
    return {"cpu": "", "cuda": cuda_reason, "mps": mps_reason}


def batch_for(device: torch.device) -> int:
    """Points per call to begin with: large enough to be fast, small enough to cancel at once."""
    return 8192 if device.type == "cpu" else 262_144


def leave_a_core() -> None:
    """Compute on all cores but one, which is for a window and its drawing.

    A parallel operation is as slow as its slowest thread. Where as many threads compute as there
    are cores, each waits for the one beside which the window is drawn: on two cores a surface
    took half as long again as with one thread, and frames came late.
    """
    torch.set_num_threads(max(1, min(torch.get_num_threads(), (os.cpu_count() or 1) - 1)))
