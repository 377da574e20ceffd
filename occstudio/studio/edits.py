"""What a person can do to a document: named functions from one document to the next.

An `Edit` carries the label that undo shows. Selecting is an edit too, but not one worth
remembering: it moves the present without adding to the history.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from itertools import count

from occstudio.finishing.finishing import Finishing
from occstudio.shapes.frame import Frame
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import PhotoReading
from occstudio.studio.blend import Blend, Gallery
from occstudio.studio.document import Comparison, Document, FieldSlice, ShapeItem
from occstudio.studio.input_edit import InputEdit
from occstudio.studio.photo_cut import PhotoCut
from occstudio.studio.saved_view import SavedView, with_view

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
    return Edit(label, lambda old: old.with_items(old.items + items, (items[0].id,)))


def remove_items(ids: tuple[int, ...]) -> Edit:
    """Remove items; what stood after the first of them is selected."""

    def change(old: Document) -> Document:
        places = [k for k, item in enumerate(old.items) if item.id in ids]
        if not places:
            return old
        left = tuple(item for item in old.items if item.id not in ids)
        near = left[min(places[0], len(left) - 1)].id if left else None
        return old.with_items(left, () if near is None else (near,))

    return Edit("Delete shape" if len(ids) == 1 else f"Delete {len(ids)} shapes", change)


def duplicate_items(copies: Mapping[int, int]) -> Edit:
    """Put a copy after each of these items and select the copies.

    Parameters
    ----------
    copies : mapping of int to int
        From the id of an item to that of its copy, which was never used before.
    """

    def change(old: Document) -> Document:
        items: list[ShapeItem] = []
        made: list[int] = []
        for item in old.items:
            items.append(item)
            if item.id in copies:
                name = copy_name(item.name, {other.name for other in (*old.items, *items)})
                items.append(replace(item, id=copies[item.id], name=name))
                made.append(copies[item.id])
        return old.with_items(tuple(items), tuple(made)) if made else old

    many = len(copies)
    return Edit("Duplicate shape" if many == 1 else f"Duplicate {many} shapes", change)


def copy_name(name: str, taken: Container[str]) -> str:
    """A name for a copy: the same with the next number that is free, as in ``chair 2``."""
    stem, _, number = name.rpartition(" ")
    stem = stem if stem and number.isdecimal() else name
    return next(free for k in count(2) if (free := f"{stem} {k}") not in taken)


def move_items(ids: tuple[int, ...], place: int) -> Edit:
    """Move items, in the order they have, before what stands at `place` now."""

    def change(old: Document) -> Document:
        moved = tuple(item for item in old.items if item.id in ids)
        before = tuple(item for item in old.items[:place] if item.id not in ids)
        after = tuple(item for item in old.items[place:] if item.id not in ids)
        return replace(old, items=before + moved + after)

    return Edit("Move shape" if len(ids) == 1 else f"Move {len(ids)} shapes", change)


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


def show_only(ids: tuple[int, ...]) -> Edit:
    """Hide all other items; show all if they are hidden already."""

    def change(old: Document) -> Document:
        is_alone = all(item.visible == (item.id in ids) for item in old.items)
        return replace(
            old,
            items=tuple(replace(item, visible=is_alone or item.id in ids) for item in old.items),
        )

    return Edit("Show only these shapes" if len(ids) > 1 else "Show only this shape", change)


def set_model(ids: tuple[int, ...], model: str, threshold: float) -> Edit:
    """Reconstruct items with another model, starting at its own threshold."""
    return Edit(
        f"Use model {model}",
        lambda old: old.changed(
            ids, lambda item: replace(_unread(item), model=model, threshold=threshold)
        ),
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


def set_in_one_piece(ids: tuple[int, ...], wanted: bool) -> Edit:
    """Lower the threshold where the surface would fall into pieces, or never."""
    return Edit(
        "Hold in one piece" if wanted else "Let it fall into pieces",
        lambda old: old.changed(ids, lambda item: replace(item, in_one_piece=wanted)),
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


def set_unit(ids: tuple[int, ...], unit: str) -> Edit:
    """Say what the world's numbers mean; a label, nothing is scaled."""
    return Edit(
        f"Unit {unit}" if unit else "No unit",
        lambda old: old.changed(
            ids, lambda item: replace(item, frame=replace(item.frame, unit=unit))
        ),
    )


def set_frame(item_id: int, frame: Frame, label: str) -> Edit:
    """Lay an input another way into the model's box."""
    return Edit(label, lambda old: old.changed((item_id,), lambda item: replace(item, frame=frame)))


def set_color(ids: tuple[int, ...], color: str) -> Edit:
    """Give surfaces a colour (``#rrggbb``); empty for the theme's own."""
    return Edit(
        "Change colour",
        lambda old: old.changed(ids, lambda item: replace(item, color=color)),
    )


def set_refine(ids: tuple[int, ...], refine: bool | None) -> Edit:
    """Refine the vertices, or not; None leaves it to the resolution."""
    label = {True: "Refine surface", False: "Don't refine surface", None: "Refine as usual"}[refine]
    return Edit(label, lambda old: old.changed(ids, lambda item: replace(item, refine=refine)))


def set_input_edit(ids: tuple[int, ...], edit: InputEdit, label: str = "Edit input") -> Edit:
    """Crop, clean, thin or add noise to the input before it is encoded."""
    return Edit(label, lambda old: old.changed(ids, lambda item: replace(item, input_edit=edit)))


def set_cut(item_id: int, cut: PhotoCut, card: ModelCard | None = None) -> Edit:
    """Choose how a photo is cut out; with a card, make its shape with that model.

    What was fitted to another cut-out is forgotten.
    """

    def change(item: ShapeItem) -> ShapeItem:
        chosen = replace(_unread(item), input_edit=replace(item.input_edit, cut=cut))
        if card is None:
            return chosen
        return replace(chosen, model=card.name, threshold=card.threshold)

    return Edit("Cut out the object", lambda old: old.changed((item_id,), change))


def set_reading(item_id: int, reading: PhotoReading) -> Edit:
    """Take what fitting to the photo found."""

    def change(item: ShapeItem) -> ShapeItem:
        return replace(item, reading=reading, latent=reading.latent, blend=None)

    return Edit("Fit to photo", lambda old: old.changed((item_id,), change))


def _unread(item: ShapeItem) -> ShapeItem:
    return item if item.reading is None else replace(item, reading=None, latent=None, blend=None)


def set_finishing(ids: tuple[int, ...], wanted: Finishing, label: str = "Finish surface") -> Edit:
    """Choose what is done to the surface after extraction."""
    return Edit(label, lambda old: old.changed(ids, lambda item: replace(item, finishing=wanted)))


def set_time(ids: tuple[int, ...], time: float) -> Edit:
    """Choose the moment of a shape that moves; kept within 0 and 1."""
    held = min(max(time, 0.0), 1.0)
    return Edit(
        f"Time {held:.2f}",
        lambda old: old.changed(ids, lambda item: replace(item, time=held)),
    )


def set_latent(ids: tuple[int, ...], latent: Latent | None, label: str = "Change latent") -> Edit:
    """Decode a latent instead of encoding the input; None for the input's own again."""

    def change(item: ShapeItem) -> ShapeItem:
        return replace(item, latent=latent, blend=None)

    return Edit(label, lambda old: old.changed(ids, change))


def set_blend(item_id: int, blend: Blend, latent: Latent, label: str = "Blend shapes") -> Edit:
    """Put a shape at a place between others; `latent` is what lies there."""

    def change(item: ShapeItem) -> ShapeItem:
        return replace(item, blend=blend, latent=latent)

    return Edit(label, lambda old: old.changed((item_id,), change))


def set_gallery(gallery: Gallery, label: str = "New samples") -> Edit:
    """Draw other shapes to choose from, or put one of them aside."""
    return Edit(label, lambda old: replace(old, gallery=gallery))


def set_comparison(comparison: Comparison) -> Edit:
    """Compare two shapes in the view, or no longer."""
    label = "End comparison" if comparison.mode == "off" else "Compare shapes"
    return Edit(label, lambda old: replace(old, comparison=comparison))


def set_slice(field_slice: FieldSlice) -> Edit:
    """Show, turn, move or hide the plane through the field."""
    label = "Field slice" if field_slice.visible else "Hide field slice"
    return Edit(label, lambda old: replace(old, slice=field_slice))


def save_view(view: SavedView) -> Edit:
    """Keep where one looks from, instead of what its number held."""
    return Edit(
        f"Save view {view.slot}", lambda old: replace(old, views=with_view(old.views, view))
    )


def rename_view(slot: int, name: str) -> Edit:
    """Call a saved view otherwise; an empty name leaves it its number."""

    def change(old: Document) -> Document:
        view = old.view(slot)
        if view is None or view.name == name.strip():
            return old
        return replace(old, views=with_view(old.views, replace(view, name=name.strip())))

    return Edit("Rename view", change)


def remove_view(slot: int) -> Edit:
    """Forget a saved view."""
    return Edit(
        f"Forget view {slot}",
        lambda old: replace(old, views=tuple(view for view in old.views if view.slot != slot)),
    )


def show_crop(wanted: bool) -> Edit:
    """Draw the box that the current scan is cropped to, or not; not remembered by undo."""
    return Edit("Crop box", lambda old: replace(old, shows_crop=wanted), remembered=False)
