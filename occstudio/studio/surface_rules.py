"""What may be wrong with a surface, or with there being none: a rule for each."""

from dataclasses import replace

from occstudio.studio import edits
from occstudio.studio.document import RESOLUTIONS
from occstudio.studio.finding import Facts, Finding, Weight, percent

MISSED = 0.05
"""A surface that misses this part of the input did not follow it."""

WHOLE = 0.9
"""A largest piece smaller than this part is not the shape."""

MANY_PIECES = 8
TOUCHING = 0.002
THIN = 0.3


def no_surface(facts: Facts) -> Finding | None:
    """There is no surface."""
    failure = facts.failure
    if failure is None:
        return None
    return Finding(
        "failed",
        failure.text,
        "",
        Weight.WORRY,
        failure.remedy,
        failure.remedy_label,
        "" if failure.remedy else "try another model or another input",
    )


def missed(facts: Facts) -> Finding | None:
    """The surface leaves out a part of the input."""
    surface, card, item = facts.surface, facts.card, facts.item
    if surface is None or surface.missed < MISSED:
        return None
    others = [
        other
        for other in facts.cards
        if other.input_kind in facts.kinds and card is not None and other.name != card.name
    ]
    remedy, label = None, ""
    if card is not None and item.threshold > card.threshold + 0.05:
        remedy, label = edits.set_threshold((item.id,), card.threshold), f"Use {card.threshold:.2g}"
    elif item.threshold > 0.25:
        remedy = edits.set_threshold((item.id,), item.threshold / 2)
        label = f"Use threshold {item.threshold / 2:.2g}"
    elif others:
        best = others[0]
        remedy = edits.set_model((item.id,), best.name, best.threshold)
        label = f"Use {best.name}"
    return Finding(
        "missed",
        "the surface leaves out a part of the input",
        f"{percent(surface.missed)} of the points are not near it",
        Weight.WORRY,
        remedy,
        label,
        "the model may not know shapes like this one",
    )


def touching(facts: Facts) -> Finding | None:
    """The surface is cut off by the wall of the box."""
    surface, item = facts.surface, facts.item
    if surface is None or surface.touching < TOUCHING:
        return None
    frame = replace(item.frame, scale=0.85 * item.frame.scale)
    return Finding(
        "touching",
        "the surface runs into the wall of the box and is cut off there",
        f"{percent(surface.touching)} of it",
        Weight.WORRY,
        edits.set_frame(item.id, frame, "Give it more room"),
        "Give it more room",
    )


def fragments(facts: Facts) -> Finding | None:
    """The surface is in pieces."""
    surface, item = facts.surface, facts.item
    if surface is None or surface.pieces < 2 or item.finishing.keep_largest:
        return None
    is_broken = surface.largest < WHOLE
    is_dusty = surface.pieces >= MANY_PIECES and surface.largest < 0.995
    remedy, label = (
        edits.set_finishing((item.id,), replace(item.finishing, keep_largest=True), "Keep largest"),
        "Keep the largest",
    )
    if surface.largest < 0.6 and item.threshold > 0.1:
        # The largest piece would not be the shape; a fuller surface may join them.
        remedy = edits.set_threshold((item.id,), item.threshold / 2)
        label = f"Use threshold {item.threshold / 2:.2g}"
    return Finding(
        "fragments",
        "the surface is in pieces",
        f"{surface.pieces} of them; the largest has {percent(surface.largest)} of the triangles",
        Weight.WORRY if is_broken or is_dusty else Weight.HINT,
        remedy,
        label,
    )


def thin(facts: Facts) -> Finding | None:
    """Parts are hardly thicker than a cell."""
    surface, item = facts.surface, facts.item
    if surface is None or surface.thin < THIN:
        return None
    finer = [value for value in RESOLUTIONS if value > item.resolution and value <= 512]
    return Finding(
        "thin",
        "parts of the shape are hardly thicker than a cell, so they may break or vanish",
        f"{percent(surface.thin)} of the surface at {item.resolution}³",
        Weight.WORRY if surface.missed > MISSED / 2 else Weight.HINT,
        edits.set_resolution((item.id,), finer[0]) if finer else None,
        f"Draw it at {finer[0]}³" if finer else "",
        "this is the finest resolution that helps",
    )


def assumed(facts: Facts) -> Finding | None:
    """Some of the network's build is assumed."""
    card = facts.card
    if card is None or not card.assumed:
        return None
    return Finding(
        "assumed",
        f"the file of {card.name} does not say how its network is built, so some of it is assumed",
        ", ".join(card.assumed),
        Weight.HINT,
        advice="a config.yaml beside the checkpoint says it",
    )
