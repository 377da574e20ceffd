"""Memory in use is what the system says."""

import numpy as np
import pytest

from occstudio.studio.process_memory import resident_bytes


def test_an_array_that_is_written_to_is_counted() -> None:
    before = resident_bytes()
    if before is None:
        pytest.skip("this system does not tell")
    array = np.ones(30_000_000, np.uint8)
    after = resident_bytes()
    assert after is not None
    assert after - before > 0.8 * array.nbytes
