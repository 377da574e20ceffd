"""Keeps Python 3.11 alive under PySide 6.12, which drops a reference to None with every call.

Methods that return nothing give back None without counting it: harmless where None is immortal
(Python 3.12, PEP 683), but on 3.11 some 20 000 calls of `update`, `setText` or `drawLine` end the
process with ``none_dealloc``. Methods of ours that answer Qt with a truth value lose True and
False in the same way (``bool_dealloc``). Counting all three very often beforehand does what
immortality does.
"""

import ctypes
import sys

PLENTY = 1 << 40
"""As many references are given; a century of painting uses less."""


def make_none_last() -> None:
    """Give None, True and False references to lose, once; nothing where they are immortal."""
    if sys.version_info < (3, 12) and sys.getrefcount(None) < PLENTY // 2:
        for lasting in (None, True, False):
            ctypes.c_ssize_t.from_address(id(lasting)).value += PLENTY
