"""A space of shapes: one code for a whole shape, an encoder into it and a quick decoder out of it.

A variational auto-encoder over occupancy (Kingma & Welling 2014; Mescheder et al. 2019 for the
occupancy), whose decoder first expands the code into feature maps and then answers points with a
small network, as a convolutional occupancy network does. Whoever moves through the space pays
for the expansion once a shape, and next to nothing for a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.code_encoder import CodeEncoder
from occstudio.networks.families import Hyperparameters, Inference
from occstudio.networks.local_decoder import LocalDecoder
from occstudio.networks.low_precision import low_precision_pays
from occstudio.networks.map_generator import MapGenerator
from occstudio.networks.photo_encoder import PhotoAnswers, PhotoEncoder, likeliest
from occstudio.networks.pixel_aligned import PixelAlignedOccupancy
from occstudio.networks.prepared_decoder import PreparedDecoder
from occstudio.networks.quick_copy import QuickCopy
from occstudio.shapes.input_spec import InputSpec

CODE: Final = "z"

_TRIED_WIDTH: Final = 128


class ShapeSpace(nn.Module):
    """Encoder, generator of feature maps, and decoder of points.

    Parameters
    ----------
    encoder : CodeEncoder or PhotoEncoder
        Of scans, or of cut-out photos.
    generator : MapGenerator
    decoder : LocalDecoder
    code_length : int
    pixels : PixelAlignedOccupancy, optional
        Of a network that sees photos: what single pixels say, beside the codes.
    scans : CodeEncoder, optional
        Of a network that sees photos: the space's own encoder, for surfaces found otherwise.
    prior_weight : float
        Of the Kullback-Leibler divergence from the unit normal, mean over the code's numbers,
        beside a mean cross-entropy over points.
    """

    def __init__(
        self,
        encoder: CodeEncoder | PhotoEncoder,
        generator: MapGenerator,
        decoder: LocalDecoder,
        code_length: int,
        prior_weight: float = 1e-3,
        pixels: PixelAlignedOccupancy | None = None,
        scans: CodeEncoder | None = None,
    ) -> None:
        super().__init__()
        self.encoder, self.generator, self.decoder = encoder, generator, decoder
        self.code_length, self.gives_distances = code_length, False
        self.prior_weight, self.pixels, self.scans = prior_weight, pixels, scans
        self._divergence: Tensor | None = None
        self._quick = QuickCopy(generator)

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """Codes (B, code_length) of scans (B, T, 3), the posterior's mean, or of photos.

        Photos are (B, 4, H, W): colours over white, and opacity, from 0 to 1; the likeliest of
        the guesses is given.
        """
        if isinstance(self.encoder, PhotoEncoder):
            return {CODE: likeliest(*self.encoder(inputs))}
        return {CODE: self.encoder(inputs)[0]}

    def answers(self, photos: Tensor) -> PhotoAnswers:
        """Several codes for each photo (B, 4, H, W), their chances, and the camera.

        Raises
        ------
        ModelError
            If this network does not see photos.
        """
        if not isinstance(self.encoder, PhotoEncoder):
            raise ModelError("this model takes scans and makes one guess: choose one for photos")
        return self.encoder.answers(photos)

    def expand(self, code: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The feature maps of codes; differentiable. `decode` takes them in place of a code."""
        return self.generator(code[CODE])

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        """Logits (B, T) of query points (B, T, 3), positive inside."""
        return self.decoder(points, self.expand(code) if CODE in code else code)

    def prepare(self, code: Mapping[str, Tensor]) -> PreparedDecoder:
        """The field of one shape: points (n, 3) -> logits (n,), faster than `decode`.

        Where that is faster the maps are expanded in bfloat16, as they were in training: logits
        differ by some hundredths, and twice as many shapes a second pass under a moving hand.
        """
        if CODE not in code:
            return self.decoder.prepare(code)
        if low_precision_pays(code[CODE].device, _TRIED_WIDTH):
            return self.decoder.prepare(self._quick(code[CODE]))
        with torch.inference_mode():
            return self.decoder.prepare(self.expand(code))

    def sample_prior(self, count: int, seed: int, temperature: float = 1.0) -> dict[str, Tensor]:
        """Codes of shapes drawn from the unit normal; a book of codes knows a better prior."""
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn(count, self.code_length, generator=generator) * temperature
        return {CODE: drawn.to(next(self.parameters()).device)}

    def penalty(self) -> Tensor:
        """What the last posterior sample owes to the prior, already weighted."""
        if self._divergence is None:
            raise ValueError("there was no forward pass in training mode to ask about")
        return self.prior_weight * self._divergence

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        code = self.posterior_sample(inputs) if self.training else self.encode(inputs)[CODE]
        return self.decode(points, {CODE: code})

    def posterior_sample(self, inputs: Tensor) -> Tensor:
        """Codes (B, code_length) drawn from what scans (B, T, 3) leave open; for training."""
        if isinstance(self.encoder, PhotoEncoder):
            raise ModelError("a space that sees photos is trained by 'occstudio train-photo'")
        mean, log_deviation = self.encoder(inputs)
        mean, log_deviation = mean.float(), log_deviation.float().clamp(-6, 2)
        deviation = log_deviation.exp()
        self._divergence = ((mean.square() + deviation.square() - 1) / 2 - log_deviation).mean()
        return mean + deviation * torch.randn_like(mean)


@dataclass(frozen=True, slots=True)
class ShapeSpaceFamily:
    """The family of `ShapeSpace` networks."""

    name: str = "shape_space"
    title: str = "Shape space"
    input_kinds: tuple[str, ...] = ("points", "image")
    threshold: float = 0.5

    def build(self, hyperparameters: Hyperparameters) -> ShapeSpace:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            encoder (``points`` or ``photo``), code_length, c_dim, padding, prior_weight; the
            arguments of the parts under encoder_kwargs, generator_kwargs and decoder_kwargs, and
            under pixel_kwargs and scan_kwargs if there are such parts.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        known = hyperparameters
        try:
            length, c_dim = int(known.get("code_length", 256)), int(known.get("c_dim", 32))
            padding = float(known.get("padding", 0.1))
            answers: dict[str, Any] = {"hidden_size": 48, "n_blocks": 3}
            pixels: dict[str, Any] | None = known.get("pixel_kwargs")
            scans: dict[str, Any] | None = known.get("scan_kwargs")
            encoder_kwargs: dict[str, Any] = dict(known.get("encoder_kwargs") or {})
            encoder = (
                PhotoEncoder(length, **encoder_kwargs)
                if self._sees_photos(known)
                else CodeEncoder(length, padding=padding, **encoder_kwargs)
            )
            return ShapeSpace(
                encoder,
                MapGenerator(length, c_dim, **(known.get("generator_kwargs") or {})),
                LocalDecoder(
                    c_dim=c_dim, padding=padding, **answers | (known.get("decoder_kwargs") or {})
                ),
                length,
                float(known.get("prior_weight", 1e-3)),
                PixelAlignedOccupancy(**pixels) if pixels is not None else None,
                CodeEncoder(length, padding=padding, **scans) if scans is not None else None,
            )
        except (TypeError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"could not build the shape_space network: {error}; correct the hyper-parameters"
            ) from error

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        return "generator.stacks.xz.weight" in state_dict

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to; see `Inference`."""
        if not self.recognises(state_dict):
            raise ModelError(
                "the checkpoint's keys are not those of a shape space: "
                "choose the family that it was trained as"
            )
        blocks = [key for key in state_dict if key.startswith("decoder.fc_c.") and "weight" in key]
        found: dict[str, Any] = {
            "code_length": state_dict["generator.conv_in.weight"].shape[1] * 64,
            "c_dim": state_dict["generator.out_planes.weight"].shape[0],
            "decoder_kwargs": {
                "hidden_size": state_dict["decoder.fc_p.weight"].shape[0],
                "n_blocks": len(blocks),
            },
            "encoder": "photo" if "encoder.fc_chances.weight" in state_dict else "points",
            "encoder_kwargs": _encoder_kwargs(state_dict),
            "generator_kwargs": {
                part: [
                    *_widths(state_dict, f"generator.{name}.{{}}.conv_0.weight"),
                    state_dict[f"generator.out_{name}.weight"].shape[1],
                ]
                for part, name in (("plane_widths", "planes"), ("grid_widths", "grid"))
            },
        }
        if "pixels.fc_out.weight" in state_dict:
            found["pixel_kwargs"] = _pixel_kwargs(state_dict)
        if "scans.conv_in.weight" in state_dict:
            found["scan_kwargs"] = {"widths": _widths(state_dict, "scans.blocks.{}.weight")}
        return Inference(found, ("padding", "decoder_kwargs.leaky"))

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:
        """Some 3000 points in the padded cube, in the pose of the training shapes; or a photo."""
        side = 1 + float(hyperparameters.get("padding", 0.1))
        if self._sees_photos(hyperparameters):
            return InputSpec("image", box_side=side, resolution=128, has_opacity=True)
        return InputSpec("points", box_side=side)

    def _sees_photos(self, hyperparameters: Hyperparameters) -> bool:
        name = hyperparameters.get("encoder", "points")
        if name not in ("points", "photo"):
            raise ModelError(f"unknown encoder {name!r}: shape_space has points and photo")
        return name == "photo"


def _encoder_kwargs(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    if "encoder.fc_chances.weight" not in state_dict:
        return {"widths": _widths(state_dict, "encoder.blocks.{}.weight")}
    widths = _scale_widths(state_dict, "encoder.blocks")
    return {
        "hypotheses": state_dict["encoder.fc_chances.weight"].shape[0],
        "widths": widths,
        "blocks": len(_widths(state_dict, "encoder.blocks.{}.conv_0.weight")) // len(widths),
        "hidden": state_dict["encoder.fc_0.weight"].shape[0],
    }


def _pixel_kwargs(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    blocks = 0
    while f"pixels.blocks.{blocks}.0.weight" in state_dict:
        blocks += 1
    return {
        "widths": _scale_widths(state_dict, "pixels.trunk.blocks"),
        "width": state_dict["pixels.enter.0.weight"].shape[0],
        "fine": state_dict["pixels.mix.0.weight"].shape[0],
        "hidden": state_dict["pixels.fc_0.weight"].shape[0],
        "width_points": state_dict["pixels.fc_out.weight"].shape[1],
        "blocks": blocks,
    }


def _scale_widths(state_dict: Mapping[str, Tensor], blocks: str) -> list[int]:
    """Channels of each scale of a `PhotoTrunk`, whose first block has a skip of its own."""
    every = _widths(state_dict, f"{blocks}.{{}}.conv_0.weight")
    return [width for n, width in enumerate(every) if f"{blocks}.{n}.skip.1.weight" in state_dict]


def _widths(state_dict: Mapping[str, Tensor], key: str) -> list[int]:
    """Output channels of numbered layers."""
    widths: list[int] = []
    while key.format(len(widths)) in state_dict:
        widths.append(state_dict[key.format(len(widths))].shape[0])
    return widths


FAMILY: Final = ShapeSpaceFamily()
"""The entry point `shape_space = occstudio.networks.shape_space:FAMILY`."""
