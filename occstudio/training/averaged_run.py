"""A run of training steps whose moving average is what ships, and that goes on where it stopped."""

from __future__ import annotations

import copy
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from occstudio.training.optimizer import MatrixOptimizer

Told = Callable[[str], None]
Network = TypeVar("Network", bound=nn.Module)

_LONGEST_STEP = 1.0  # norm of all gradients
_TOLD_EVERY = 50


class AveragedRun(ABC, Generic[Network]):
    """Steps of Muon and AdamW on a network, and the moving average of its weights.

    Parameters
    ----------
    network : nn.Module
        What of it wants gradients is changed.
    state : Path
        File that an interrupted run goes on from.
    seed : int
        Of what is drawn at each step.
    ema : float
        Decay of the moving average.
    save_minutes : float
    told : callable, optional
        Given a line now and then.
    """

    def __init__(
        self,
        network: Network,
        state: Path,
        *,
        seed: int,
        ema: float,
        save_minutes: float,
        told: Told | None,
    ) -> None:
        self.network, self.state, self.seed, self.ema = network, state, seed, ema
        self.save_minutes, self.told = save_minutes, told
        self.averaged = copy.deepcopy(network)
        self.device = next(network.parameters()).device
        self.step = 0

    @abstractmethod
    def loss(self, rng: np.random.Generator) -> Tensor:
        """Of the present step; all that it draws comes from the generator."""

    @abstractmethod
    def rate(self) -> float:
        """Learning rate of the present step."""

    def begins_anew(self) -> bool:
        """Whether the optimizer forgets the steps before the present one."""
        return False

    def go(self, steps: int) -> Network:
        """Train up to so many steps; the averaged network, in evaluation mode."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        self.optimizer = MatrixOptimizer(self.network, "muon", 0.02)
        self._resume()
        self.network.train()
        losses: list[float] = []
        began = saved = time.monotonic()
        while self.step < steps:
            losses.append(self._take_step())
            self.step += 1
            if self.told is not None and self.step % _TOLD_EVERY == 0:
                speed, loss = len(losses) / (time.monotonic() - began), np.mean(losses)
                self.told(f"step {self.step} of {steps}, loss {loss:.4f}, {speed:.2f} steps/s")
                losses, began = [], time.monotonic()
            if time.monotonic() - saved > 60 * self.save_minutes:
                self._save()
                saved = time.monotonic()
        self._save()
        return self.averaged.eval()

    def _take_step(self) -> float:
        if self.begins_anew():
            self.optimizer = MatrixOptimizer(self.network, "muon", 0.02)
        loss = self.loss(np.random.default_rng([self.seed, self.step]))
        loss.backward()  # pyright: ignore[reportUnknownMemberType]
        nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_STEP)
        self.optimizer.step(self.rate())
        self._average()
        return loss.item()

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self.ema, (1 + self.step) / (10 + self.step))
        mine, theirs = self.averaged.state_dict(), self.network.state_dict()
        for name, held in mine.items():
            if held.is_floating_point():
                held.lerp_(theirs[name], 1 - decay)
            else:
                held.copy_(theirs[name])

    def _save(self) -> None:
        fresh = self.state.with_name(f"{self.state.name}.new")
        content = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        torch.save(content, fresh)
        fresh.replace(self.state)

    def _resume(self) -> None:
        if not self.state.is_file():
            return
        state = torch.load(self.state, weights_only=True, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]


def warmth(done: int, steps: int) -> float:
    """Share of the rate: a linear warm-up, then all, then linearly nothing over the last half."""
    return min(1.0, (done + 1) / 100, 2 * (1 - done / steps))
