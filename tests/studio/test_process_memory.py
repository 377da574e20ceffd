"""Memory in use is what the system says."""

import mmap

import pytest

from occstudio.studio.process_memory import resident_bytes


def test_pages_that_are_written_to_are_counted() -> None:
    before = resident_bytes()
    if before is None:
        pytest.skip("this system does not tell")
    size = 30_000_000
    # Pages of its own: an array may get what the heap holds already.
    pages = mmap.mmap(-1, size)
    pages.write(b"x" * size)
    after = resident_bytes()
    assert after is not None
    assert after - before > 0.8 * size
