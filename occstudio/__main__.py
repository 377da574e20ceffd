"""``python -m occstudio``: the window; with a command, the shell."""

import sys


def main() -> int:
    """Open the window, or run a command if one is given.

    Returns
    -------
    int
        The exit code.
    """
    if len(sys.argv) > 1:
        from occstudio.cli import main as run

        return run() or 0
    from occstudio.gui.app import main as open_window

    return open_window()


if __name__ == "__main__":
    sys.exit(main())
