"""A network can be left between two layers, and is as good as before."""

import pytest
import torch
from torch import nn

from occstudio.errors import Cancelled
from occstudio.inference.interruption import interruptible


class CountingWatch:
    """Cancels at the third question."""

    asked = 0

    def check(self) -> None:
        self.asked += 1
        if self.asked == 3:
            raise Cancelled

    def report(self, stage: str, fraction: float) -> None:
        raise AssertionError


def test_a_network_is_left_between_its_layers_and_works_as_before() -> None:
    network = nn.Sequential(*(nn.Linear(4, 4) for _ in range(5)))
    given = torch.ones(1, 4)
    before = network(given)
    watch = CountingWatch()
    with pytest.raises(Cancelled), interruptible(network, watch):
        network(given)
    assert watch.asked == 3
    assert torch.equal(network(given), before)
    assert watch.asked == 3
