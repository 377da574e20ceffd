"""A code for every shape of a library, and a decoder that knows these shapes well.

An encoder places a shape where it places all that look alike from a scan. The shapes that a
person will choose by name deserve better: as in an auto-decoder (Bojanowski et al. 2018, Park et
al. 2019) their codes become parameters, begun where the encoder puts them, and are trained
together with the decoder. Half of each batch still comes through the encoder, so that encoder and
decoder stay one space and what was learned of other shapes is not forgotten. At the end the
decoder's averaged weights are held still and the codes follow them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.datasets.augmentation import AugmentationRecipe
from occstudio.datasets.training_samples import (
    LabelledShape,
    QueryRecipe,
    SampleRecipe,
    Source,
    batches,
    draw_queries,
)
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.training.optimizer import MatrixOptimizer

Told = Callable[[int, float], None]
"""Given the number of steps that were taken and the mean loss since the last time."""


@dataclass(frozen=True, slots=True)
class TuningRecipe:
    """How codes are fitted, with the decoder or to it.

    Parameters
    ----------
    steps : int
        Of codes and network together.
    last_steps : int
        Of the codes alone.
    batch : int
        Shapes of a step whose codes are learned; as many more go through the encoder.
    rate, code_rate : float
        Of the network and of the codes; both fall linearly to nothing.
    jitter : float
        Deviation of the noise on codes while the network learns, so that it stays smooth
        around them.
    prior : float
        Weight of the codes' mean square.
    ema : float
        Decay of the moving average of the network's weights.
    samples : SampleRecipe
        Of what goes through the encoder; its queries are everyone's.
    seed : int
    """

    steps: int = 1500
    last_steps: int = 500
    batch: int = 8
    rate: float = 5e-4
    code_rate: float = 2e-2
    jitter: float = 0.1
    prior: float = 1e-4
    ema: float = 0.99
    samples: SampleRecipe = field(default_factory=SampleRecipe)
    seed: int = 0


def tuning_recipe(steps: int, seed: int = 0) -> TuningRecipe:
    """How the space that ships was tuned, in so many steps."""
    samples = SampleRecipe(
        batch_size=4,
        query=QueryRecipe(count=3072, uniform=0.45, spreads=(0.012, 0.03, 0.08)),
        augmentation=AugmentationRecipe().weakened(0.4).in_pose(),
    )
    return TuningRecipe(
        steps=steps,
        last_steps=max(steps // 6, 1),
        rate=7e-4,
        code_rate=0.1,
        jitter=0.25,
        prior=1e-5,
        samples=samples,
        seed=seed,
    )


def codes_of(
    network: ShapeSpace, shapes: Sequence[LabelledShape], *, points: int = 4000, seed: int = 0
) -> Tensor:
    """Where the encoder places shapes when it sees them whole and clean, (N, code_length)."""
    found: list[Tensor] = []
    with torch.inference_mode():
        for index, shape in enumerate(shapes):
            scan, _ = shape.sample_surface(points, np.random.default_rng([seed, index]))
            device = next(network.parameters()).device
            found.append(network.encode(torch.from_numpy(scan)[None].to(device))[CODE].float())
    return torch.cat(found).clone()


def fit_codes(
    network: ShapeSpace,
    shapes: Sequence[LabelledShape],
    codes: Tensor,
    recipe: TuningRecipe | None = None,
    *,
    watch: Watch = UNWATCHED,
    told: Told | None = None,
) -> Tensor:
    """Codes (N, L) that the network decodes to the shapes as well as it can.

    Parameters
    ----------
    network : ShapeSpace
        Stays as it is.
    shapes : sequence of LabelledShape
    codes : (N, L)
        To begin with, e.g. `codes_of` them.
    recipe : TuningRecipe, optional
        Its `last_steps` are taken.
    watch : Watch
        Asked at each step.
    told : callable, optional
        Told of progress.
    """
    recipe = recipe or TuningRecipe()
    return _Tuning(network, shapes, codes, (), recipe).go(recipe.last_steps, False, watch, told)


def tune_together(
    network: ShapeSpace,
    shapes: Sequence[LabelledShape],
    codes: Tensor,
    others: Sequence[Source],
    recipe: TuningRecipe | None = None,
    *,
    watch: Watch = UNWATCHED,
    told: Told | None = None,
) -> tuple[ShapeSpace, Tensor]:
    """The network trained on, together with the codes of some shapes.

    Parameters
    ----------
    network : ShapeSpace
        To begin with; it is changed.
    shapes, codes
        As for `fit_codes`.
    others : sequence of Source
        What goes through the encoder meanwhile.

    Returns
    -------
    network, codes
        The averaged network, and codes that were fitted to it at last.
    """
    recipe = recipe or TuningRecipe()
    tuning = _Tuning(network, shapes, codes, others, recipe)
    codes = tuning.go(recipe.steps, True, watch, told)
    averaged = tuning.averaged
    return averaged, fit_codes(averaged, shapes, codes, recipe, watch=watch, told=told)


class _Tuning:
    """One run of either kind."""

    def __init__(
        self,
        network: ShapeSpace,
        shapes: Sequence[LabelledShape],
        codes: Tensor,
        others: Sequence[Source],
        recipe: TuningRecipe,
    ) -> None:
        self.network, self.shapes, self.recipe = network, shapes, recipe
        self.averaged = copy.deepcopy(network).eval()
        self.device = next(network.parameters()).device
        self.table = nn.Embedding.from_pretrained(
            codes.to(self.device).clone(), freeze=False, sparse=True
        )
        self.rng = np.random.default_rng([recipe.seed, 77])
        self.others: Iterator[tuple[Tensor, Tensor, Tensor]] = iter(())
        if others:
            self.others = _drawn(others, recipe)

    def go(self, steps: int, joint: bool, watch: Watch, told: Told | None) -> Tensor:
        recipe = self.recipe
        optimizer = torch.optim.SparseAdam(list(self.table.parameters()), lr=recipe.code_rate)
        network_optimizer = MatrixOptimizer(self.network, "muon", 0.01) if joint else None
        self.network.train(joint).requires_grad_(joint)
        losses: list[float] = []
        for step in range(steps):
            watch.check()
            left = 1 - step / steps
            optimizer.param_groups[0]["lr"] = recipe.code_rate * left
            loss = self._loss(joint)
            optimizer.zero_grad()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()
            if network_optimizer is not None:
                nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                network_optimizer.step(recipe.rate * min(left, (step + 1) / 50))
                self._average(step)
            losses.append(loss.item())
            watch.report("codes", (step + 1) / steps)
            if told is not None and (step + 1) % 25 == 0:
                told(step + 1, float(np.mean(losses)))
                losses = []
        self.network.eval()
        return self.table.weight.detach().clone()

    def _loss(self, joint: bool) -> Tensor:
        rows, queries, occupancy = self._asked()
        codes = self.table(rows)
        owed = self.recipe.prior * codes.square().mean()
        with torch.autocast(self.device.type, torch.bfloat16):
            if joint:
                codes = codes + self.recipe.jitter * torch.randn_like(codes)
                scans, more_queries, more_occupancy = (
                    part.to(self.device) for part in next(self.others)
                )
                found = self.network.posterior_sample(scans)
                owed = owed + self.network.penalty() / 2
                codes = torch.cat((codes, found))
                queries = torch.cat((queries, more_queries))
                occupancy = torch.cat((occupancy, more_occupancy))
            logits = self.network.decode(queries, {CODE: codes})
        return functional.binary_cross_entropy_with_logits(logits.float(), occupancy) + owed

    def _asked(self) -> tuple[Tensor, Tensor, Tensor]:
        """Some shapes' rows (B,), queries (B, T, 3) and occupancy (B, T)."""
        size = min(self.recipe.batch, len(self.shapes))
        rows = self.rng.choice(len(self.shapes), size, replace=False)
        drawn = [draw_queries(self.shapes[k], self.recipe.samples.query, self.rng) for k in rows]
        queries, occupancy = (np.stack(part) for part in zip(*drawn, strict=True))
        return (
            torch.from_numpy(rows).to(self.device),
            torch.from_numpy(queries).to(self.device),
            torch.from_numpy(occupancy).to(self.device),
        )

    @torch.no_grad()
    def _average(self, step: int) -> None:
        decay = min(self.recipe.ema, (1 + step) / (10 + step))
        mine, theirs = self.averaged.parameters(), self.network.parameters()
        for held, fresh in zip(mine, theirs, strict=True):
            held.lerp_(fresh.detach(), 1 - decay)


def _drawn(
    others: Sequence[Source], recipe: TuningRecipe
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    for batch in batches(others, recipe.samples, recipe.seed + 1):
        yield (
            torch.from_numpy(batch.points),
            torch.from_numpy(batch.queries),
            torch.from_numpy(batch.occupancy),
        )
