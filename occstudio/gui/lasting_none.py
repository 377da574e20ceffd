"""Keeps Python 3.11 alive under PySide 6.12, which drops a reference to None with every call.

Methods that return nothing give back None without counting it: harmless where None is immortal
(Python 3.12, PEP 683), but on 3.11 some 20 000 calls of `update`, `setText` or `drawLine` end the
process with ``none_dealloc``. Counting None very often beforehand does what immortality does.
"""

import ctypes
import sys

PLENTY = 1 << 40
"""As many references are given; a century of painting uses less."""


def make_none_last() -> None:
    """Give None references to lose, once; does nothing where None is immortal."""
    if sys.version_info < (3, 12) and sys.getrefcount(None) < PLENTY // 2:
        ctypes.c_ssize_t.from_address(id(None)).value += PLENTY
