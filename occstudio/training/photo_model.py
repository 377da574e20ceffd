"""A space of shapes with other eyes: what it has as it is, and a fresh encoder of photos."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from occstudio.networks.shape_space import FAMILY, ShapeSpace
from occstudio.shapes.model_card import ModelCard


def photo_card(
    space: ModelCard,
    name: str,
    title: str = "",
    licence: str = "",
    hypotheses: int = 3,
    *,
    looks_at_pixels: bool = True,
) -> ModelCard:
    """The card of a model that sees photos and answers with codes of a space.

    Parameters
    ----------
    space : ModelCard
    name, title : str
    licence : str
        The space's if empty.
    hypotheses : int
        Codes for each photo.
    looks_at_pixels : bool
        Whether it has a `PixelAlignedOccupancy`, and the space's own encoder for what that says.
    """
    hyperparameters = {
        **space.hyperparameters,
        "encoder": "photo",
        "encoder_kwargs": {"hypotheses": hypotheses},
    }
    if looks_at_pixels:
        hyperparameters["pixel_kwargs"] = {}
        hyperparameters["scan_kwargs"] = dict(space.hyperparameters.get("encoder_kwargs") or {})
    return replace(
        space,
        name=name,
        title=title,
        licence=licence or space.licence,
        hyperparameters=hyperparameters,
        input_spec=FAMILY.input_spec(hyperparameters),
        scores={},
        version="",
        space=space.version,
    )


def photo_network(space: ShapeSpace, card: ModelCard) -> ShapeSpace:
    """The network of a `photo_card`: what it has of the space, held still."""
    network = FAMILY.build(card.hyperparameters)
    network.generator.load_state_dict(space.generator.state_dict())
    network.decoder.load_state_dict(space.decoder.state_dict())
    held: list[nn.Module] = [network.generator, network.decoder]
    if network.scans is not None:
        network.scans.load_state_dict(space.encoder.state_dict())
        held.append(network.scans)
    for part in held:
        part.requires_grad_(False)
    return network
