"""A space of shapes with other eyes: its decoder as it is, and a fresh encoder of photos."""

from __future__ import annotations

from dataclasses import replace

from occstudio.networks.shape_space import FAMILY, ShapeSpace
from occstudio.shapes.model_card import ModelCard


def photo_card(
    space: ModelCard, name: str, title: str = "", licence: str = "", hypotheses: int = 3
) -> ModelCard:
    """The card of a model that sees photos and answers with codes of a space."""
    hyperparameters = {
        **space.hyperparameters,
        "encoder": "photo",
        "encoder_kwargs": {"hypotheses": hypotheses},
    }
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


def with_relief(card: ModelCard) -> ModelCard:
    """The card of the same model once it tells depths, too."""
    known = card.hyperparameters
    encoder = {**known.get("encoder_kwargs", {}), "sees_relief": True}
    return replace(card, hyperparameters={**known, "encoder_kwargs": encoder})


def photo_network(space: ShapeSpace, card: ModelCard) -> ShapeSpace:
    """The network of a `photo_card`: the space's generator and decoder, held still."""
    network = FAMILY.build(card.hyperparameters)
    network.generator.load_state_dict(space.generator.state_dict())
    network.decoder.load_state_dict(space.decoder.state_dict())
    network.generator.requires_grad_(False)
    network.decoder.requires_grad_(False)
    return network
