"""The document's own questions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.studio.document import Document, ShapeItem, Source, only_codes_moved


def _item(item_id: int, code: float) -> ShapeItem:
    seen = Imagined("between shapes", name="a")
    latent = Latent({"z": np.array([code], np.float32)}, "space")
    return ShapeItem(item_id, "a", Source.of(seen), seen.frame, "space", latent=latent)


def test_a_hand_in_the_space_moves_codes_alone() -> None:
    item = _item(1, 0.0)
    old = Document((item, _item(2, 1.0)), (1,))
    moved = replace(old, items=(replace(item, latent=_item(1, 0.5).latent), old.items[1]))
    assert only_codes_moved(old, moved)
    assert not only_codes_moved(old, replace(moved, selection=(2,)))
    renamed = (replace(moved.items[0], name="b"), old.items[1])
    assert not only_codes_moved(old, replace(moved, items=renamed))
    assert not only_codes_moved(old, replace(old, items=old.items[:1]))
