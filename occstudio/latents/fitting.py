"""Fit a code to an observation: the encoder of networks that have none.

Stochastic gradient descent on the code alone, as in DeepSDF (Park et al. 2019): Adam, a rate that
falls to a tenth half-way, a prior that keeps the code small. Several codes start together; after
an eighth of the steps the best one goes on alone. Steps are cut into pieces that take some
hundredths of a second, between which the watch is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from occstudio.latents.field_losses import FieldLoss, distance_loss
from occstudio.latents.field_samples import FieldSamples
from occstudio.networks.occupancy_network import FittedNetwork
from occstudio.shapes.watch import UNWATCHED, Watch

CODE: Final = "z"
_PIECE_S: Final = 0.03
_LEAST_PIECE: Final = 64
_TELL_EVERY: Final = 50


@dataclass(frozen=True, slots=True, eq=False)
class FittedCode:
    """A code and how well its field agrees with what was observed.

    Parameters
    ----------
    code : mapping of str to Tensor
        As `decode` takes it, batch of one.
    loss : float
        Mean over all samples, without the prior.
    steps : int
        How many were taken.
    """

    code: Mapping[str, Tensor]
    loss: float
    steps: int


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How a code is fitted; the values are DeepSDF's, but for the samples of a step on a CPU.

    Parameters
    ----------
    steps : int
    rate : float
        Of Adam; a tenth of it in the second half.
    prior : float
        Weight of the mean square of the code.
    spread : float
        Standard deviation of the codes that it starts with.
    restarts : int
        How many codes start.
    samples : int or None
        Drawn for each step; None takes 8000, or on a CPU 768.
    seed : int
    """

    steps: int = 800
    rate: float = 5e-3
    prior: float = 1e-4
    spread: float = 0.01
    restarts: int = 4
    samples: int | None = None
    seed: int = 0


def fit_code(
    network: FittedNetwork,
    samples: FieldSamples,
    *,
    loss: FieldLoss | None = None,
    settings: FitSettings | None = None,
    starts: Tensor | None = None,
    watch: Watch = UNWATCHED,
    told: Callable[[FittedCode], None] | None = None,
) -> FittedCode:
    """The code whose field agrees best with an observation.

    Parameters
    ----------
    network : FittedNetwork
        Its weights stay as they are.
    samples : FieldSamples
        What was observed, e.g. `FieldSamples.of_cloud`.
    loss : FieldLoss, optional
        `distance_loss()` if None; `occupancy_loss()` for networks whose values are logits.
    settings : FitSettings, optional
    starts : (M, code_length), optional
        Codes to begin with, for example those of the training shapes: the best `restarts` of them
        and of those drawn are taken.
    watch : Watch
        Told the stage ``fit``; asked some thirty times a second.
    told : callable, optional
        Given the best code so far now and then.

    Raises
    ------
    Cancelled
        If the watch says so.
    """
    with torch.inference_mode(False), torch.enable_grad():
        fit = _Fit(network, samples, loss or distance_loss(), settings or FitSettings(), watch)
        return fit.run(starts, told)


class _Fit:
    def __init__(
        self,
        network: FittedNetwork,
        samples: FieldSamples,
        loss: FieldLoss,
        settings: FitSettings,
        watch: Watch,
    ) -> None:
        self.network, self.loss = network, loss
        self.settings, self.watch = settings, watch
        device = samples.points.device
        self.samples = samples
        self.drawn = settings.samples or (768 if device.type == "cpu" else 8000)
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.piece = 256

    def run(self, starts: Tensor | None, told: Callable[[FittedCode], None] | None) -> FittedCode:
        """All steps."""
        settings = self.settings
        codes = self._starts(starts).requires_grad_(True)
        optimizer = torch.optim.Adam([codes], lr=settings.rate)
        for step in range(settings.steps):
            if step == max(settings.steps // 8, 1) and len(codes) > 1:
                codes = self._best(codes.detach(), 1).requires_grad_(True)
                optimizer = torch.optim.Adam([codes], lr=settings.rate)
            if step == settings.steps // 2:
                optimizer.param_groups[0]["lr"] = settings.rate / 10
            codes.grad = self._gradient(codes, self._draw(self.drawn))
            optimizer.step()
            self.watch.report("fit", (step + 1) / settings.steps)
            if told is not None and (step + 1) % _TELL_EVERY == 0:
                told(self._result(codes, step + 1))
        return self._result(codes, settings.steps)

    def _starts(self, given: Tensor | None) -> Tensor:
        settings, device = self.settings, self.samples.points.device
        count = max(settings.restarts, 1)
        shape = (count, self.network.code_length)
        drawn = (torch.randn(shape, generator=self.generator) * settings.spread).to(device)
        if given is None:
            return drawn
        return self._best(torch.cat((given.to(drawn), drawn)), count)

    def _best(self, codes: Tensor, count: int) -> Tensor:
        """Those of the codes (K, L) with the least loss on a few samples."""
        losses = self._losses(codes, self._draw(2 * self.drawn))
        return codes[losses.argsort()[:count]].clone()

    def _result(self, codes: Tensor, steps: int) -> FittedCode:
        codes = codes.detach().clone()
        every = torch.arange(len(self.samples), device=codes.device)
        losses = self._losses(codes, every)
        best = int(losses.argmin())
        return FittedCode({CODE: codes[best : best + 1]}, float(losses[best]), steps)

    def _draw(self, count: int) -> Tensor:
        rows = torch.randint(len(self.samples), (count,), generator=self.generator)
        return rows.to(self.samples.points.device)

    def _gradient(self, codes: Tensor, rows: Tensor) -> Tensor:
        """Of the loss and the prior, by code."""
        prior = self.settings.prior * codes.square().mean(1).sum()
        (total,) = torch.autograd.grad(prior, codes)
        for some in self._pieces(rows, len(codes)):
            value = self._sample_losses(codes, some).sum() / len(rows)
            total = total + torch.autograd.grad(value, codes)[0]
        return total

    @torch.no_grad()
    def _losses(self, codes: Tensor, rows: Tensor) -> Tensor:
        """Mean loss (K,) of each code."""
        total = torch.zeros(len(codes), device=codes.device)
        for some in self._pieces(rows, len(codes)):
            total += self._sample_losses(codes, some).sum(1)
        return total / len(rows)

    def _sample_losses(self, codes: Tensor, rows: Tensor) -> Tensor:  # -> (K, n)
        asked = self.samples.points[rows].expand(len(codes), -1, -1)
        values = self.network.decode(asked, {CODE: codes})
        return self.loss(values, self.samples.low[rows], self.samples.high[rows])

    def _pieces(self, rows: Tensor, codes: int) -> _Pieces:
        return _Pieces(self, rows, codes)


class _Pieces:
    """Rows in pieces, each as large as can be computed in `_PIECE_S`; asks the watch between."""

    def __init__(self, fit: _Fit, rows: Tensor, codes: int) -> None:
        self._fit, self._rows, self._codes = fit, rows, codes
        self._done = 0
        self._began: float | None = None

    def __iter__(self) -> _Pieces:
        return self

    def __next__(self) -> Tensor:
        now = time.perf_counter()
        if self._began is not None:
            took = now - self._began
            if took > 1.5 * _PIECE_S:
                self._fit.piece = max(self._fit.piece // 2, _LEAST_PIECE)
            elif took < 0.4 * _PIECE_S and self._done < len(self._rows):
                self._fit.piece *= 2
        if self._done >= len(self._rows):
            raise StopIteration
        self._fit.watch.check()
        self._began = time.perf_counter()
        size = max(self._fit.piece // self._codes, 16)
        some = self._rows[self._done : self._done + size]
        self._done += len(some)
        return some
