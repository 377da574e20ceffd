"""A virtual display for each process of a parallel run: windows of two do not share the focus."""

from __future__ import annotations

import os
import shutil
import subprocess

SIZE = "1440x900x24"


def is_possible() -> bool:
    """Whether displays can be had: where there is one already, and the server for more."""
    return "DISPLAY" in os.environ and shutil.which("Xvfb") is not None


def open_display() -> subprocess.Popen[bytes]:
    """Start a display and make it this process's; whoever asked ends it."""
    asked, told = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(told), "-screen", "0", SIZE, "-nolisten", "tcp"],
        pass_fds=(told,),
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    with os.fdopen(asked, "rb") as answer:
        number = answer.readline().strip().decode()
    if number:
        os.environ["DISPLAY"] = f":{number}"
        os.environ.pop("XAUTHORITY", None)
    return server
