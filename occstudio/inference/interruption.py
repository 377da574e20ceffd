"""Cancelling a network while it computes: the watch is asked before each of its layers."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn

from occstudio.shapes.watch import Watch


@contextmanager
def interruptible(network: object, watch: Watch) -> Generator[None]:
    """Within the block, `Cancelled` leaves the network between two layers; it stays as it was.

    Parameters
    ----------
    network : nn.Module
        What computes; anything else is left alone.
    watch : Watch
        Asked before each leaf module.
    """

    def ask(module: nn.Module, inputs: Any) -> None:  # noqa: ANN401, ARG001 - as torch calls it
        watch.check()

    with ExitStack() as hooks:
        if isinstance(network, nn.Module):
            for module in network.modules():
                if next(module.children(), None) is None:
                    hooks.callback(module.register_forward_pre_hook(ask).remove)
        yield
