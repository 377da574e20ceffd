"""A small book of codes whose structure is known."""

from __future__ import annotations

import numpy as np

from occstudio.latents.code_book import CodeBook, CodeEntry


def ring(count: int = 24, length: int = 6, radius: float = 2.0) -> CodeBook:
    """Codes on a circle in the first two numbers; half are chairs, half are lamps.

    The attribute ``height`` is the first number, ``luck`` is noise.
    """
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    codes = np.zeros((count, length), np.float32)
    codes[:, 0], codes[:, 1] = radius * np.cos(angles), radius * np.sin(angles)
    entries = tuple(
        CodeEntry(f"shape-{k:02}", f"Shape {k}", "chair" if k < count // 2 else "lamp")
        for k in range(count)
    )
    luck = np.random.default_rng(3).normal(size=count)
    attributes = np.stack([codes[:, 0], luck], 1).astype(np.float32)
    return CodeBook("space", "v1", codes, entries, attributes, ("height", "luck"))
