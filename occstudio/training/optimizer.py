"""The optimizer of a run: Muon for matrices and convolutions, AdamW for everything else.

Muon (Jordan et al. 2024) orthogonalises the momentum of each weight matrix; a convolution is
the matrix of its flattened kernels. With the step scaled to AdamW's root mean square (Liu et
al. 2025) both share one learning rate. It is torch's own implementation: the convolution's
kernels are handed to it as two-dimensional views of the same memory.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_LARGEST = 2**21


class MatrixOptimizer:
    """AdamW, or Muon and AdamW side by side, behind one door.

    Parameters
    ----------
    module : nn.Module
        The network; its parameters are updated in place.
    kind : str
        ``muon`` or ``adamw``.
    weight_decay : float
        Decoupled weight decay; none on biases and norms.
    """

    def __init__(self, module: nn.Module, kind: str, weight_decay: float) -> None:
        named = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
        matrices = [(n, p) for n, p in named if kind == "muon" and _is_hidden_matrix(n, p)]
        chosen = {name for name, _ in matrices}
        others = [p for name, p in named if name not in chosen]
        self._views = [(p, nn.Parameter(_flat(p.data))) for _, p in matrices]
        self._parts: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                [
                    {"params": [p for p in others if p.ndim >= 2], "weight_decay": weight_decay},
                    {"params": [p for p in others if p.ndim < 2], "weight_decay": 0.0},
                ],
                betas=(0.9, 0.98),
                fused=True,
            )
        ]
        if self._views:
            self._parts.append(
                torch.optim.Muon(
                    [view for _, view in self._views],
                    weight_decay=weight_decay,
                    adjust_lr_fn="match_rms_adamw",
                )
            )

    def step(self, rate: float) -> None:
        """Update all parameters from their gradients, then drop the gradients."""
        for parameter, view in self._views:
            view.grad = None if parameter.grad is None else _flat(parameter.grad)
        for part in self._parts:
            for group in part.param_groups:
                group["lr"] = rate
            part.step()
            part.zero_grad(set_to_none=True)
        for parameter, _ in self._views:
            parameter.grad = None

    def state_dict(self) -> list[dict[str, object]]:
        """State of the parts, in order."""
        return [part.state_dict() for part in self._parts]

    def load_state_dict(self, state: Iterable[dict[str, object]]) -> None:
        """Take back what `state_dict` gave."""
        for part, saved in zip(self._parts, state, strict=True):
            part.load_state_dict(saved)


def _is_hidden_matrix(name: str, parameter: Tensor) -> bool:
    """Matrices between hidden layers; first and last layers learn better with AdamW.

    So do the largest ones, as far as time goes: orthogonalising them would cost as much as the
    step itself.
    """
    edge = any(part in name for part in ("fc_pos", "fc_p.", "fc_out", "conv_in", "embedding"))
    return parameter.ndim >= 2 and not edge and parameter.numel() < _LARGEST


def _flat(weights: Tensor) -> Tensor:
    """A two-dimensional view on the memory of a weight or a gradient, or a copy of a gradient."""
    if weights.ndim == 4 and weights.is_contiguous(memory_format=torch.channels_last):
        return weights.permute(0, 2, 3, 1).flatten(1)
    return weights.flatten(1)
