"""The training loop: any registered family, on shapes with known occupancy, resumable.

Lightning Fabric carries device, precision and several processes; everything else is the loop of
one screen in `_Run.go`. What is written can be taken up again: `state.pt` holds weights,
averaged weights, optimizer and counters, and batch ``k`` depends only on the seed and on ``k``.
The averaged weights ship, as safetensors with a model card.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning.fabric import Fabric
from lightning.fabric.plugins import MixedPrecision, Precision
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, IterableDataset

from occstudio.datasets.training_samples import Batch, LabelledShape, Source, batches
from occstudio.errors import ModelError, UnwritableFileError
from occstudio.inference.checkpoint import read_checkpoint, write_checkpoint
from occstudio.networks.families import model_family
from occstudio.networks.occupancy_network import PenalisedNetwork
from occstudio.shapes.model_card import ModelCard
from occstudio.training.optimizer import MatrixOptimizer
from occstudio.training.recipe import TrainingRecipe
from occstudio.training.run_log import Listener, Report, RunLog
from occstudio.training.validation import ValidationSet, validate

REPORT_EVERY_S = 20.0

ShapesOf = Callable[[], tuple[Sequence[Source], Sequence[LabelledShape]]]
"""Opens the sources to train on and the shapes to validate on, in the process that needs them."""


def train(
    recipe: TrainingRecipe,
    open_shapes: ShapesOf,
    out: Path,
    *,
    device: str = "auto",
    processes: int = 1,
    listener: Listener | None = None,
) -> None:
    """Train, or go on training, until the recipe's shapes have been seen.

    Parameters
    ----------
    recipe : TrainingRecipe
        What to train and how long.
    open_shapes : callable
        Gives training sources and validation shapes; must be picklable for several processes.
    out : Path
        Folder of the run: ``state.pt``, ``model.safetensors``, ``recipe.json``, ``log.csv``.
    device : str
        Lightning's accelerator: ``auto``, ``cpu`` or ``cuda``.
    processes : int
        Data-parallel processes; each sees its own shapes, gradients are averaged.
    listener : callable, optional
        Told of each report (of the first process).

    Raises
    ------
    UnwritableFileError
        If the folder cannot be made.
    ModelError
        If an earlier run in the folder had another recipe's network.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(out, error.strerror or str(error)) from error
    fabric = Fabric(
        accelerator=device,
        devices=processes,
        strategy="ddp_spawn" if processes > 1 else "auto",
        plugins=[_precision(recipe.precision, device)],
    )
    fabric.launch(partial(_run_one_process, recipe, open_shapes, out, listener))


def _run_one_process(
    recipe: TrainingRecipe,
    open_shapes: ShapesOf,
    out: Path,
    listener: Listener | None,
    fabric: Fabric,
) -> None:
    if fabric.world_size > 1:
        torch.set_num_threads(max(1, torch.get_num_threads() // fabric.world_size))
    _Run(fabric, recipe, open_shapes, out, listener).go()


class _ExactInputs(MixedPrecision):
    """Autocast for the layers only: in bf16 the last cell of a plane rounds to one past its end."""

    def convert_input(self, data: object) -> object:
        """Leave inputs as they are."""
        return data


def _precision(name: str, device: str) -> Precision:
    if name == "32-true":
        return Precision()
    on_gpu = device != "cpu" and torch.cuda.is_available()
    return _ExactInputs("bf16-mixed", device="cuda" if on_gpu else "cpu")


class _Run:
    """One process of a run."""

    def __init__(
        self,
        fabric: Fabric,
        recipe: TrainingRecipe,
        open_shapes: ShapesOf,
        out: Path,
        listener: Listener | None,
    ) -> None:
        self.fabric, self.recipe, self.out = fabric, recipe, out
        torch.manual_seed(recipe.seed)
        sources, held_out = open_shapes()
        self.held_out = ValidationSet.draw(held_out[: recipe.validation_shapes])
        network = _begun(recipe).to(fabric.device)
        self.averaged = AveragedModel(network)
        self.optimizer = MatrixOptimizer(network, recipe.optimizer, recipe.weight_decay)
        self.network = network
        self.step, self.seen, self.minutes = 0, 0, 0.0
        self.iou: float | None = None
        self.threshold = 0.5
        self._resume()
        self.module: Any = fabric.setup_module(network)
        self.data = self._loader(sources)
        self.log = RunLog(out, listener) if fabric.is_global_zero else None
        if fabric.is_global_zero:
            (out / "recipe.json").write_text(json.dumps(recipe.to_dict(), indent=1))

    def go(self) -> None:
        """Train to the end of the recipe; write the model there."""
        losses: list[float] = []
        reported = validated = saved = time.monotonic()
        self.network.train()
        while self.seen < self.recipe.shapes:
            before = time.monotonic()
            losses.append(self._train_on(next(self.data)))
            now = time.monotonic()
            self.minutes += (now - before) / 60
            if self.log is None:
                continue
            # A validation reports too: what is due at once is one row, not one without a loss.
            if now - validated > 60 * self.recipe.validate_minutes:
                self._validate(losses, now - reported)
                losses, reported = [], time.monotonic()
                validated = reported
            elif now - reported > REPORT_EVERY_S:
                self._report(losses, now - reported)
                losses, reported = [], now
            if now - saved > 60 * self.recipe.save_minutes:
                self._save()
                saved = time.monotonic()
        if self.log is not None:
            if losses or self.iou is None:
                self._validate(losses, time.monotonic() - reported)
            self._save()
            self.log.close()

    def _train_on(self, batch: Sequence[Tensor]) -> float:
        recipe = self.recipe
        points, queries, occupancy = (part.to(self.fabric.device) for part in batch)
        logits = self.module(points, queries)
        loss = functional.binary_cross_entropy_with_logits(logits.float(), occupancy)
        owed = self.network.penalty() if isinstance(self.network, PenalisedNetwork) else 0.0
        self.fabric.backward(loss + owed)
        nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        self.optimizer.step(recipe.rate(self.step, self.seen))
        self.step += 1
        self.seen += recipe.samples.batch_size * self.fabric.world_size
        # A young average must forget faster, or it is mostly the random start.
        decay = min(recipe.ema, (1 + self.step) / (10 + self.step))
        self.averaged.multi_avg_fn = get_ema_multi_avg_fn(decay)
        self.averaged.update_parameters(self.network)
        return loss.item()

    def _report(self, losses: list[float], seconds: float, **scores: float) -> None:
        assert self.log is not None
        each = self.recipe.samples.batch_size * self.fabric.world_size
        self.log.write(
            Report(
                step=self.step,
                shapes=self.seen,
                minutes=round(self.minutes, 2),
                loss=round(float(np.mean(losses)), 5),
                rate=self.recipe.rate(self.step, self.seen),
                shapes_per_s=round(len(losses) * each / max(seconds, 1e-9), 2),
                **scores,
            )
        )

    def _validate(self, losses: list[float], seconds: float) -> None:
        self.iou, self.threshold = validate(self.averaged.module, self.held_out)
        if losses:  # else the run had ended before it began, and the log says it all
            self._report(losses, seconds, iou=round(self.iou, 4), threshold=self.threshold)

    def _loader(self, sources: Sequence[Source]) -> Iterator[Sequence[Tensor]]:
        stream = _Stream(
            sources, self.recipe, self.recipe.seed + 1000 * self.fabric.global_rank, self.step
        )
        return iter(DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=4))

    def _resume(self) -> None:
        path = self.out / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.fabric.device)
        try:
            self.network.load_state_dict(state["network"])
            self.averaged.load_state_dict(state["averaged"])
            self.optimizer.load_state_dict(state["optimizer"])
        except (RuntimeError, ValueError, KeyError) as error:
            raise ModelError(
                f"'{path}' is of another network than the recipe's: choose an empty folder"
            ) from error
        self.step, self.seen, self.minutes = state["step"], state["seen"], state["minutes"]

    def _save(self) -> None:
        state = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seen": self.seen,
            "minutes": self.minutes,
        }
        fresh = self.out / "state.pt.new"
        torch.save(state, fresh)
        fresh.replace(self.out / "state.pt")
        write_checkpoint(self.averaged.module, self._card(), self.out / "model.safetensors")

    def _card(self) -> ModelCard:
        recipe = self.recipe
        scores = {} if self.iou is None else {"validation_iou": round(self.iou, 4)}
        return ModelCard(
            name=recipe.name,
            family=recipe.family,
            title=recipe.name,
            input_spec=replace(
                model_family(recipe.family).input_spec(recipe.hyperparameters),
                points=recipe.samples.scan.points,
            ),
            hyperparameters=recipe.hyperparameters,
            threshold=self.threshold,
            training_data=f"{self.seen} shapes seen",
            scores=scores,
        )


def _begun(recipe: TrainingRecipe) -> nn.Module:
    """The network as a new run begins with it."""
    family = model_family(recipe.family)
    kind = family.input_spec(recipe.hyperparameters).kind
    if kind in ("image", "latent"):
        takes = "photos" if kind == "image" else "no observation"
        raise ModelError(
            f"a network of '{recipe.family}' that takes {takes} can't be trained on scans: "
            "configure an encoder of points"
        )
    network = family.build(recipe.hyperparameters)
    if recipe.start:
        trained = read_checkpoint(Path(recipe.start)).network()
        try:
            network.load_state_dict(trained.state_dict())
        except RuntimeError as error:
            raise ModelError(
                f"'{recipe.start}' has other hyper-parameters than the recipe: train with its own"
            ) from error
    if recipe.freeze:
        kept = [p for name, p in network.named_parameters() if name.startswith(recipe.freeze)]
        if not kept:
            raise ModelError(f"no parameter's name begins with '{recipe.freeze}': try 'encoder'")
        for parameter in kept:
            parameter.requires_grad_(False)
    return network


class _Stream(IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """Batches as tensors; one worker draws them while the network computes."""

    def __init__(
        self, sources: Sequence[Source], recipe: TrainingRecipe, seed: int, first: int
    ) -> None:
        self._sources, self._recipe, self._seed, self._first = sources, recipe, seed, first

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        stream = batches(self._sources, self._recipe.samples, self._seed, self._first)
        return map(_tensors, stream)


def _tensors(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    return (
        torch.from_numpy(batch.points),
        torch.from_numpy(batch.queries),
        torch.from_numpy(batch.occupancy),
    )
