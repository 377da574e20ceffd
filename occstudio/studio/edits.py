"""What a person can do to a document: named functions from one document to the next.

An `Edit` carries the label that undo shows. Selecting is an edit too, but not one worth
remembering: it moves the present without adding to the history.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from occstudio.studio.document import Document, ShapeItem

LEAST_THRESHOLD = 0.001
"""Thresholds stay this far from 0 and 1."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A labelled change.

    Parameters
    ----------
    label : str
        What undo and redo call it, e.g. ``Change threshold``.
    change : callable
        From a document to the next one; may return the same one if there is nothing to do.
    remembered : bool
        Whether undo goes back over it.
    """

    label: str
    change: Callable[[Document], Document]
    remembered: bool = True


def add_items(items: tuple[ShapeItem, ...]) -> Edit:
    """Append items and select the first of them."""
    label = f"Open {items[0].name}" if len(items) == 1 else f"Open {len(items)} shapes"
    return Edit(label, lambda old: Document(old.items + items, (items[0].id,)))


def remove_items(ids: tuple[int, ...]) -> Edit:
    """Remove items; what stood after the first of them is selected."""

    def change(old: Document) -> Document:
        places = [k for k, item in enumerate(old.items) if item.id in ids]
        if not places:
            return old
        left = tuple(item for item in old.items if item.id not in ids)
        near = left[min(places[0], len(left) - 1)].id if left else None
        return Document(left, () if near is None else (near,))

    return Edit("Delete shape" if len(ids) == 1 else f"Delete {len(ids)} shapes", change)


def select(ids: tuple[int, ...]) -> Edit:
    """Select items; not remembered by undo."""
    return Edit("Select", lambda old: replace(old, selection=ids), remembered=False)


def rename(item_id: int, name: str) -> Edit:
    """Give an item another name; blanks alone change nothing."""
    wanted = name.strip()

    def change(item: ShapeItem) -> ShapeItem:
        return replace(item, name=wanted) if wanted else item

    return Edit("Rename shape", lambda old: old.changed((item_id,), change))


def set_visible(ids: tuple[int, ...], visible: bool) -> Edit:
    """Show or hide items."""
    label = "Show shape" if visible else "Hide shape"
    return Edit(label, lambda old: old.changed(ids, lambda item: replace(item, visible=visible)))


def set_model(ids: tuple[int, ...], model: str, threshold: float) -> Edit:
    """Reconstruct items with another model, starting at its own threshold."""
    return Edit(
        f"Use model {model}",
        lambda old: old.changed(ids, lambda item: replace(item, model=model, threshold=threshold)),
    )


def set_resolution(ids: tuple[int, ...], resolution: int) -> Edit:
    """Choose the cells along an axis."""
    return Edit(
        f"Resolution {resolution}",
        lambda old: old.changed(ids, lambda item: replace(item, resolution=resolution)),
    )


def set_threshold(ids: tuple[int, ...], threshold: float) -> Edit:
    """Choose the probability of the surface; kept within 0.001 and 0.999."""
    held = min(max(threshold, LEAST_THRESHOLD), 1 - LEAST_THRESHOLD)
    return Edit(
        f"Threshold {held:.3g}",
        lambda old: old.changed(ids, lambda item: replace(item, threshold=held)),
    )


def set_up(ids: tuple[int, ...], up: str) -> Edit:
    """Say which axis of the world points up (one of `frame.UP_AXES`).

    The box of the points keeps its centre and its longest side when axes change places, so the
    frame needs no look at the points.
    """
    return Edit(
        f"Up axis {up.upper()}",
        lambda old: old.changed(ids, lambda item: replace(item, frame=replace(item.frame, up=up))),
    )
