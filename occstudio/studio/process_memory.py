"""How much memory this program uses, as the system counts it."""

import sys
from pathlib import Path


def resident_bytes() -> int | None:
    """Bytes in main memory; the most so far where the system only tells that; None if nothing."""
    try:
        import os
        import resource

        if sys.platform == "linux":
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE")
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    except (ImportError, OSError, ValueError, IndexError):
        return None
