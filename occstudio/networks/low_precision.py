"""Whether bfloat16 is worth it here: measured once per device and width, then remembered.

Processors with instructions for it multiply about four times faster; the others convert to float32
and back, and are slower than without.
"""

from __future__ import annotations

import functools
import time

import torch

_LEAST_GAIN = 1.3


@functools.cache
def low_precision_pays(device: torch.device, width: int) -> bool:
    """Whether products of (n, width) and (width, width) are clearly faster in bfloat16."""
    if device.type != "cpu":
        return device.type == "cuda" and torch.cuda.is_bf16_supported()
    return _seconds(width, torch.float32) > _LEAST_GAIN * _seconds(width, torch.bfloat16)


@torch.inference_mode()
def _seconds(width: int, dtype: torch.dtype) -> float:
    rows = torch.full((1024, width), 0.5, dtype=dtype)
    matrix = torch.full((width, width), 0.5, dtype=dtype)
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        torch.mm(rows, matrix)
        best = min(best, time.perf_counter() - began)
    return best
