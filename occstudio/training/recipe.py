"""All that decides a training run, as one frozen value that is written beside its results."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from occstudio.datasets.training_samples import SampleRecipe

THREE_PLANES_64: Mapping[str, Any] = {
    "encoder": "pointnet_local_pool",
    "encoder_kwargs": {
        "hidden_dim": 32,
        "plane_type": ["xz", "xy", "yz"],
        "plane_resolution": 64,
        "unet": True,
        "unet_kwargs": {"depth": 4, "merge_mode": "concat", "start_filts": 32},
    },
    "decoder": "simple_local",
    "decoder_kwargs": {"sample_mode": "bilinear", "hidden_size": 32},
    "c_dim": 32,
    "padding": 0.1,
}
"""The three-plane network of the paper's ShapeNet experiment."""


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """What is trained, on what, for how long.

    Parameters
    ----------
    name : str
        Name of the model that is written.
    family : str
        Registered family of networks.
    hyperparameters : mapping
        What the family's `build` needs.
    samples : SampleRecipe
        Batches.
    shapes : int
        Length of the run in shapes seen; the learning rate decays over its last `decay` part.
    learning_rate : float
        Peak rate.
    optimizer : str
        ``adamw``, or ``muon`` (Jordan et al. 2024) for the matrices and AdamW for the rest.
    warmup_steps : int
        Steps of linear warm-up.
    decay : float
        Part of the run at its end in which the rate falls linearly to nothing.
    weight_decay : float
        Decoupled weight decay.
    ema : float
        Decay per step of the exponential moving average of the weights, which is what ships.
    clip : float
        Largest norm of the gradient.
    precision : str
        Lightning Fabric's name of the precision.
    validate_minutes, save_minutes : float
        Time between two validations and between two checkpoints.
    validation_shapes : int
        How many validation shapes are looked at.
    seed : int
        Of weights and samples.
    start : str
        Checkpoint whose weights a new run begins with, so that a trained model is trained on;
        random weights if empty.
    freeze : str
        Parameters whose names begin like this keep the values they start with, e.g. ``encoder``:
        its backward pass, most of a step, is saved while another part learns.
    """

    name: str = "scan-any"
    family: str = "conv_onet"
    hyperparameters: Mapping[str, Any] = field(default_factory=lambda: dict(THREE_PLANES_64))
    samples: SampleRecipe = field(default_factory=SampleRecipe)
    shapes: int = 100_000
    learning_rate: float = 1e-3
    optimizer: Literal["adamw", "muon"] = "muon"
    warmup_steps: int = 200
    decay: float = 0.35
    weight_decay: float = 0.01
    ema: float = 0.998
    clip: float = 1.0
    precision: Literal["32-true", "bf16-mixed"] = "bf16-mixed"
    validate_minutes: float = 5.0
    save_minutes: float = 3.0
    validation_shapes: int = 24
    seed: int = 0
    start: str = ""
    freeze: str = ""

    def rate(self, step: int, seen: int) -> float:
        """Learning rate at a step, with `seen` shapes behind it."""
        warm = min(1.0, (step + 1) / max(self.warmup_steps, 1))
        left = max(0.0, 1 - seen / self.shapes)
        return self.learning_rate * warm * min(1.0, left / self.decay)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)
