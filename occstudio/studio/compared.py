"""Which two shapes a document compares, if it does."""

from dataclasses import dataclass

from occstudio.studio.document import COMPARISONS, Document, ShapeItem


@dataclass(frozen=True, slots=True)
class Pair:
    """Two shapes and how they are compared; see `document.Comparison`."""

    mode: str
    first: ShapeItem
    second: ShapeItem
    wipe: float


def candidates(document: Document) -> tuple[ShapeItem, ShapeItem] | None:
    """The two that a comparison without names would take: the selected ones, then the visible.

    The current shape comes first; None if there are not two.
    """
    selected = [document.find(item_id) for item_id in document.selection]
    others = [item for item in document.items if item.visible]
    hidden = [item for item in document.items if not item.visible]
    order: list[ShapeItem] = []
    for item in (*selected, *others, *hidden):
        if item is not None and item not in order:
            order.append(item)
    return (order[0], order[1]) if len(order) > 1 else None


def compared(document: Document) -> Pair | None:
    """The pair that is in view; None while nothing is compared."""
    wanted = document.comparison
    if wanted.mode not in COMPARISONS[1:]:
        return None
    named = [document.find(i) for i in (wanted.first, wanted.second) if i is not None]
    chosen = [item for item in named if item is not None]
    rest = [item for item in candidates(document) or () if item not in chosen]
    both = [*chosen, *rest][:2]
    if len(both) < 2:
        return None
    # Whatever a file said, the edge stays in the view.
    wipe = wanted.wipe if 0 <= wanted.wipe <= 1 else 0.5
    return Pair(wanted.mode, both[0], both[1], wipe)
