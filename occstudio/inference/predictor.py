"""A network with weights as a `ShapeModel`: numpy in, numpy out, torch in between.

A latent's arrays are the network's code. Networks without an encoder have their codes fitted to
what was observed, which takes a while, says how far it is and can be cancelled.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from occstudio.errors import ModelError
from occstudio.inference.checkpoint import Checkpoint
from occstudio.inference.interruption import interruptible
from occstudio.inference.neural_field import SCALE, NeuralField, out_of_memory
from occstudio.inference.preparation import PreparedInput, prepared
from occstudio.networks.occupancy_network import (
    TIME,
    FittedNetwork,
    GenerativeNetwork,
    OccupancyNetwork,
)
from occstudio.shapes.field import Box, Field, level_of
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch


class NeuralModel:
    """A checkpoint on a device, ready to encode and to be asked.

    Parameters
    ----------
    checkpoint : Checkpoint
        Weights and card.
    device : torch.device
        Where to compute.
    """

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        network = checkpoint.network()
        if not isinstance(network, OccupancyNetwork):
            raise ModelError(
                f"'{checkpoint.card.name}' is of a family that can't be run: its networks need "
                "encode, decode and prepare"
            )
        network.to(device)
        self._network: OccupancyNetwork = network
        self._device = device
        self._card = checkpoint.card
        self._starts: Tensor | None = None
        if checkpoint.codes:
            self._starts = torch.from_numpy(np.stack(list(checkpoint.codes.values()))).to(device)

    @property
    def card(self) -> ModelCard:
        """What to know of the model."""
        return self._card

    @property
    def network(self) -> OccupancyNetwork:
        """The module itself, in evaluation mode on `device`."""
        return self._network

    @property
    def device(self) -> str:
        """Where it computes."""
        return str(self._device)

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """The code of an observation, which is prepared as the card says.

        Parameters
        ----------
        observation : Observation
            In its own frame.
        watch : Watch
            Asked before each layer, and between the steps of a fit.

        Raises
        ------
        ModelError
            If this model takes another kind of input.
        """
        watch.check()
        watch.report("encode", 0.0)
        found = prepared(observation, self._card.input_spec)
        latent = self.encode_prepared(found, watch)
        watch.report("encode", 1.0)
        return latent

    def encode_prepared(self, given: PreparedInput, watch: Watch = UNWATCHED) -> Latent:
        """The code of what `preparation.prepared` made."""
        try:
            if self._card.input_kind == "latent":
                code = self._fitted(given, watch)
            else:
                with torch.inference_mode(), interruptible(self._network, watch):
                    inputs = torch.from_numpy(given.inputs).to(self._device)
                    code = self._network.encode(inputs)
        except torch.OutOfMemoryError as error:
            raise out_of_memory(self._device) from error
        arrays = {name: part[0].float().cpu().numpy() for name, part in code.items()}
        if given.scale != 1:
            arrays[SCALE] = np.array([given.scale], np.float32)
        return Latent(arrays, self._card.name)

    def draw(self, seed: int, temperature: float = 1.0) -> Latent:
        """The latent of a shape that nobody has seen, from the prior of an unconditional model.

        Parameters
        ----------
        seed : int
            The same seed draws the same shape.
        temperature : float
            Factor of the prior's deviation: towards 0 shapes become more ordinary.

        Raises
        ------
        ModelError
            If the model needs an observation, or a code to be fitted.
        """
        if not isinstance(self._network, GenerativeNetwork):
            raise ModelError(f"'{self._card.name}' can't draw shapes: give it an observation")
        code = self._network.sample_prior(1, seed, temperature)
        arrays = {name: part[0].cpu().numpy() for name, part in code.items()}
        return Latent(arrays, self._card.name)

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The occupancy field of a latent of this model, at a time if it moves."""
        if latent.model != self._card.name:
            raise ModelError(
                f"a latent of '{latent.model}' can't be decoded by '{self._card.name}': "
                "encode the input with this model"
            )
        spec, arrays = self._card.input_spec, dict(latent.arrays)
        if spec.is_timed:
            arrays[TIME] = np.array(time, np.float32)
        return NeuralField(self._network, arrays, Box.cube(spec.box_side), self._device)

    def _fitted(self, given: PreparedInput, watch: Watch) -> Mapping[str, Tensor]:
        if not isinstance(self._network, FittedNetwork):
            raise ModelError(
                f"'{self._card.name}' draws shapes and can't be given an observation: "
                "choose a model with an encoder"
            )
        from occstudio.latents.field_losses import distance_loss, occupancy_loss
        from occstudio.latents.field_samples import FieldSamples
        from occstudio.latents.fitting import fit_code

        samples = FieldSamples.of_cloud(given.inputs[0], given.normals).to(self._device)
        is_distance = self._network.gives_distances
        loss = distance_loss() if is_distance else occupancy_loss(level_of(self._card.threshold))
        return fit_code(self._network, samples, loss=loss, starts=self._starts, watch=watch).code
