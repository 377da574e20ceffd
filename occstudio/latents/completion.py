"""Shapes that agree with what was observed of one: several, where what was seen leaves it open.

Half a chair may belong to many chairs. Codes from several places of the space start together:
what the encoder makes of the observation, shapes of the book, and new ones from its prior. Those
that agree best at first are moved by gradient descent through the decoder, each towards the
observation and held back towards where it began: that was a shape, while the mean of all shapes is
none, and those that are all drawn there would be alike in what was not seen. What was not observed
is not empty: it is not asked about. The ones that come out and differ are the alternatives.

Where the observation is a part of a shape, its place and size in the cube are not known either.
They are found together with the code, from a few guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.latents.code_book import CODE, CodeBook, Codes
from occstudio.latents.field_losses import FieldLoss, part_loss
from occstudio.latents.field_samples import FieldSamples
from occstudio.networks.low_precision import low_precision_pays
from occstudio.networks.occupancy_network import ExpandingNetwork, FittedNetwork
from occstudio.shapes.watch import UNWATCHED, Watch

_SCREENED: Final = 192
"""Samples on which the first look at many codes rests."""

_AT_ONCE: Final = 4
_TELL_EVERY: Final = 4
_SIGNATURE: Final = 40
"""Cells along an axis where two shapes are compared."""

_FAR: Final = 0.12
"""A point farther than this from a surface is no worse."""

PLACES: Final = (
    (0.0, 0.0, 0.0, 1.0),
    (0.0, -0.1, 0.0, 0.8),
    (0.0, 0.1, 0.0, 0.8),
    (0.0, -0.2, 0.0, 0.6),
    (0.0, 0.2, 0.0, 0.6),
    (0.15, 0.0, 0.0, 0.7),
    (-0.15, 0.0, 0.0, 0.7),
)
"""Where a part may lie in the cube that the whole fills: shift along x, y and z, and scale."""


@dataclass(frozen=True, slots=True)
class CompletionSettings:
    """How codes are fitted.

    Parameters
    ----------
    alternatives : int
        As many are wanted at most.
    restarts : int
        Codes that are followed from the start; half-way only the better ones go on.
    steps : int
    samples : int
        Drawn for each step.
    rate : float
        Of Adam, in deviations of the codes; it falls to a tenth.
    prior : float
        Weight of the mean square distance from the code at the start, in the deviations of codes.
    is_part : bool
        Whether place and size are found as well.
    least_difference : float
        Alternatives differ in at least this share of the volume that either of two fills.
    seed : int
    """

    alternatives: int = 3
    restarts: int = 6
    steps: int = 60
    samples: int = 1024
    rate: float = 0.06
    prior: float = 1.0
    is_part: bool = False
    least_difference: float = 0.08
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A code to begin with, and where the observation lies in its shape's cube.

    Parameters
    ----------
    code : (L,) float32
    place : (x, y, z, scale)
        A point is scaled, then shifted.
    """

    code: Codes
    place: tuple[float, float, float, float] = PLACES[0]


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """One shape that agrees with what was observed.

    Parameters
    ----------
    code : (L,) float32
    loss : float
        How badly it agrees; alternatives can be compared by it. Of points on a surface, at the
        end, their mean distance from the shape's, in its cube; else the mean over all samples.
    shift : (float, float, float)
    scale : float
        Where the observation lies in this shape's cube: a point is scaled, then shifted.
    """

    code: Codes
    loss: float
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0


Told = Callable[[Alternative, float], None]
"""Given the best alternative so far, and how far the work is, from 0 to 1."""


def complete(
    network: FittedNetwork,
    samples: FieldSamples,
    *,
    book: CodeBook | None = None,
    encoded: Sequence[Codes] = (),
    starts: Sequence[Start] = (),
    loss: FieldLoss | None = None,
    settings: CompletionSettings | None = None,
    watch: Watch = UNWATCHED,
    told: Told | None = None,
) -> tuple[Alternative, ...]:
    """Shapes that agree with an observation, the best first, no two alike.

    Parameters
    ----------
    network : FittedNetwork
        Its weights stay as they are.
    samples : FieldSamples
        What was observed, in the network's units.
    book : CodeBook, optional
        Where shapes are; without it they are around nought with a deviation of one.
    encoded : sequence of (L,) float32
        What an encoder thinks of the observation.
    starts : sequence of Start
        Shapes that look like it, the best first; they go on instead of codes that are looked for.
    loss : FieldLoss, optional
        `part_loss()` by default.
    settings : CompletionSettings, optional
    watch : Watch
        Asked before each piece of work, told the stage ``fit``.
    told : callable, optional
        Given the best so far now and then.

    Raises
    ------
    Cancelled
        If the watch says so.
    """
    settings = settings or CompletionSettings()
    with torch.inference_mode(False), torch.enable_grad():
        work = _Completion(network, samples, book, loss or part_loss(), settings, watch)
        return work.run(encoded, starts, told)


class _Completion:
    def __init__(
        self,
        network: FittedNetwork,
        samples: FieldSamples,
        book: CodeBook | None,
        loss: FieldLoss,
        settings: CompletionSettings,
        watch: Watch,
    ) -> None:
        self.network, self.samples, self.loss = network, samples, loss
        self.book, self.settings, self.watch = book, settings, watch
        self.device = samples.points.device
        self.is_low_enough = low_precision_pays(self.device, 64)
        self.generator = torch.Generator().manual_seed(settings.seed)
        known = np.zeros((1, network.code_length), np.float32)
        deviations = np.ones(network.code_length, np.float32)
        if book is not None:
            known = np.concatenate([book.codes, book.anchors])
            deviations = known.std(0) + 0.1 * known.std()
        self.deviations = torch.from_numpy(deviations).to(self.device)

    def run(
        self, encoded: Sequence[Codes], starts: Sequence[Start], told: Told | None
    ) -> tuple[Alternative, ...]:
        codes, places = self._given(starts) if starts else self._chosen_starts(encoded)
        fitted, moved = self._fitted(codes, places, told)
        # Descent may leave the surface for a field that is unsure: where it began stays in the
        # running.
        return self._distinct(torch.cat([fitted, codes]), torch.cat([moved, places]))

    # -- starts ------------------------------------------------------------------------------

    def _given(self, starts: Sequence[Start]) -> tuple[Tensor, Tensor]:
        some = starts[: max(self.settings.restarts, 1)]
        codes = torch.from_numpy(np.stack([start.code for start in some])).to(self.device)
        places = torch.tensor([start.place for start in some], device=self.device)
        places[:, 3] = places[:, 3].log()
        return codes, places

    def _chosen_starts(self, encoded: Sequence[Codes]) -> tuple[Tensor, Tensor]:
        """The codes that agree best at first and differ, each with its best place."""
        given = self._candidates(encoded)
        places = PLACES if self.settings.is_part else PLACES[:1]
        table = torch.tensor(places, device=self.device)
        table[:, 3] = table[:, 3].log()
        rows = self._draw(_SCREENED)
        losses = torch.empty(len(given), len(table))
        for start in range(0, len(given), _AT_ONCE):
            self.watch.check()
            self.watch.report("fit", 0.2 * start / len(given))
            some = given[start : start + _AT_ONCE]
            with torch.no_grad():
                maps = self._expanded(some)
                for column, place in enumerate(table):
                    at = place.expand(len(some), -1)
                    found = self._sample_losses(maps, at, rows).mean(1)
                    found = found + self._owed(some, some, at)
                    losses[start : start + len(some), column] = found.cpu()
        least, column = losses.min(1)
        if encoded:  # goes first, whatever a look at a few samples may say
            least[0] = -torch.inf
        apart = 0.5 * torch.cdist(given, given).median()
        kept: list[int] = []
        for row in least.argsort().tolist():
            if all(torch.dist(given[row], given[other]) > apart for other in kept):
                kept.append(row)
            if len(kept) == max(self.settings.restarts, 1):
                break
        return given[kept].clone(), table[column[kept].to(self.device)].clone()

    def _candidates(self, encoded: Sequence[Codes]) -> Tensor:
        rng = np.random.default_rng(self.settings.seed)
        found = [np.asarray(code, np.float32)[None] for code in encoded]
        if self.book is None:
            draws = rng.standard_normal((24, self.network.code_length)).astype(np.float32)
            found.append(0.7 * draws)
        else:
            book = self.book
            codes = np.concatenate([book.codes, book.anchors])
            centre = found[0][0] if found else codes.mean(0)
            order = np.argsort(np.square(codes - centre).sum(1))
            far = rng.choice(len(codes), min(16, len(codes)), replace=False)
            found += [codes[order[:16]], codes[far]]
            pairs = rng.choice(len(codes), (8, 2))  # draws: half-way between two shapes
            found.append(np.asarray((codes[pairs[:, 0]] + codes[pairs[:, 1]]) / 2, np.float32))
        return torch.from_numpy(np.concatenate(found)).to(self.device)

    # -- descent -----------------------------------------------------------------------------

    def _fitted(self, starts: Tensor, places: Tensor, told: Told | None) -> tuple[Tensor, Tensor]:
        settings = self.settings
        codes, places, optimizer = self._begun(starts, places)
        narrowing = max(settings.steps // 3, 1)
        for step in range(settings.steps):
            self.watch.check()
            left = 1 - 0.9 * step / settings.steps
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * left
            losses = self._step(codes, starts, places, optimizer)
            share = 0.2 + 0.8 * (step + 1) / settings.steps
            self.watch.report("fit", share)
            if told is not None and (step + 1) % _TELL_EVERY == 0:
                told(self._alternative(codes, places, losses, int(losses.argmin())), share)
            if step + 1 == narrowing and len(codes) > settings.alternatives + 1:
                kept = losses.argsort()[: settings.alternatives + 1]
                starts = starts[kept]
                codes, places, optimizer = self._begun(codes.detach()[kept], places.detach()[kept])
        return codes.detach(), places.detach()

    def _begun(self, codes: Tensor, places: Tensor) -> tuple[Tensor, Tensor, torch.optim.Adam]:
        codes = codes.clone().requires_grad_(True)
        places = places.clone().requires_grad_(self.settings.is_part)
        rate = self.settings.rate * float(self.deviations.mean())
        groups = [{"params": [codes], "lr": rate, "base": rate}]
        if self.settings.is_part:
            groups.append({"params": [places], "lr": 0.01, "base": 0.01})
        return codes, places, torch.optim.Adam(groups, betas=(0.9, 0.98))

    def _step(
        self, codes: Tensor, starts: Tensor, places: Tensor, optimizer: torch.optim.Adam
    ) -> Tensor:
        """One step of all codes; their losses (K,) before it."""
        rows = self._draw(self.settings.samples)
        optimizer.zero_grad()
        losses = torch.zeros(len(codes), device=self.device)
        for start in range(0, len(codes), _AT_ONCE):
            self.watch.check()
            part = slice(start, start + _AT_ONCE)
            found = self._sample_losses(self._expanded(codes[part]), places[part], rows).mean(1)
            found = found + self._owed(codes[part], starts[part], places[part])
            found.sum().backward()  # pyright: ignore[reportUnknownMemberType]
            losses[part] = found.detach()
        optimizer.step()
        return losses

    def _expanded(self, codes: Tensor) -> dict[str, Tensor]:
        network, code = self.network, {CODE: codes}
        if not isinstance(network, ExpandingNetwork):
            return code
        # Most of the cost; maps are rounded no more than in training.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_low_enough):
            return {name: part.float() for name, part in network.expand(code).items()}

    def _sample_losses(self, maps: Mapping[str, Tensor], places: Tensor, rows: Tensor) -> Tensor:
        """Loss (K, n) of each sample."""
        points = self.samples.points[rows]
        asked = points * places[:, None, 3:].exp() + places[:, None, :3]
        values = self.network.decode(asked, maps)
        return self.loss(values, self.samples.low[rows], self.samples.high[rows])

    def _owed(self, codes: Tensor, starts: Tensor, places: Tensor) -> Tensor:
        """What codes (K, L) owe to where they began, and places (K, 4) to the usual one, (K,)."""
        away = ((codes - starts) / self.deviations).square().mean(1)
        # Large and in the middle, unless something speaks for another place.
        moved = (places[:, :3] / 0.2).square().sum(1) + (places[:, 3] / 0.4).square()
        return self.settings.prior * (away + moved)

    def _draw(self, count: int) -> Tensor:
        rows = torch.randint(len(self.samples), (count,), generator=self.generator)
        return rows.to(self.device)

    # -- results -----------------------------------------------------------------------------

    def _distinct(self, codes: Tensor, places: Tensor) -> tuple[Alternative, ...]:
        """The best one and those that differ from all better ones."""
        rows = torch.arange(len(self.samples), device=self.device)
        rows = rows[:: max(len(rows) // 8192, 1)]
        losses = torch.empty(len(codes), device=self.device)
        solids: list[NDArray[np.bool_]] = []
        cells = self._cells()
        with torch.no_grad():
            for row in range(len(codes)):
                self.watch.check()
                maps = self._expanded(codes[row : row + 1])
                losses[row] = self._sample_losses(maps, places[row : row + 1], rows).mean()
                solid = (self.network.decode(cells, maps)[0] > 0).cpu().numpy()
                solids.append(solid.reshape((_SIGNATURE,) * 3))
        misfits = np.array([self._misfit(*pair) for pair in zip(solids, places, strict=True)])
        order = np.lexsort((losses.cpu().numpy(), misfits.round(3)))
        if misfits.any():
            losses = torch.from_numpy(misfits)
        kept: list[int] = []
        for row in order.tolist():
            if len(kept) == self.settings.alternatives:
                break
            if all(self._differ(solids[row], solids[other]) for other in kept):
                kept.append(row)
        return tuple(self._alternative(codes, places, losses, row) for row in kept)

    def _misfit(self, solid: NDArray[np.bool_], place: Tensor) -> float:
        """How far from a shape's surface the points lie that were seen on one; bounded."""
        from scipy.ndimage import distance_transform_edt

        is_seen = (self.samples.low == 0) & (self.samples.high == 0)
        if not is_seen.any() or not solid.any():
            return 0.0 if solid.any() else _FAR
        points = self.samples.points[is_seen] * place[3].exp() + place[:3]
        at = ((points.cpu().numpy() + 0.5) * (_SIGNATURE - 1)).round().astype(np.int64)
        inward, outward = (np.asarray(distance_transform_edt(part)) for part in (solid, ~solid))
        away = inward + outward  # one of them is nought
        found = away[tuple(at.clip(0, _SIGNATURE - 1).T)] / (_SIGNATURE - 1)
        return float(np.minimum(found, _FAR).mean())

    def _cells(self) -> Tensor:
        axis = torch.linspace(-0.5, 0.5, _SIGNATURE, device=self.device)
        return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).view(1, -1, 3)

    def _differ(self, a: NDArray[np.bool_], b: NDArray[np.bool_]) -> bool:
        either = int((a | b).sum())
        return either > 0 and int((a ^ b).sum()) >= self.settings.least_difference * either

    def _alternative(self, codes: Tensor, places: Tensor, losses: Tensor, row: int) -> Alternative:
        code = codes[row].detach().float().cpu().numpy().copy()
        x, y, z, size = (float(part) for part in places[row].detach())
        return Alternative(code, float(losses[row]), (x, y, z), float(np.exp(size)))
