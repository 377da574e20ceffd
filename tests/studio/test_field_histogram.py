"""The picture behind the threshold's handle."""

import numpy as np

from occstudio.studio.field_histogram import BINS, SPAN, FieldHistogram


def test_every_value_is_counted_once_even_beyond_the_ends() -> None:
    logits = np.array([[-100.0, -1.0], [0.01, 30.0]], np.float32)
    made = FieldHistogram.of(logits)
    assert made is not None
    assert made.counts.sum() == 4
    assert made.counts[0] == made.counts[-1] == 1
    assert (made.low, made.high) == (-100.0, 30.0)
    assert len(made.edges) == BINS + 1
    assert made.edges[0] == -SPAN
    assert made.counts[(made.edges[:-1] <= 0.01) & (made.edges[1:] > 0.01)] == 1


def test_no_values_have_no_histogram() -> None:
    assert FieldHistogram.of(np.zeros((0, 0, 0), np.float32)) is None
