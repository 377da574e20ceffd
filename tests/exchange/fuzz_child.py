"""Reads mutants of one file in a process of its own, so that a death would be seen.

    python fuzz_child.py FILE COUNT SEED

Prints one line of JSON: how many were read, refused, and what went wrong otherwise.
"""

import faulthandler
import json
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

import numpy as np

from occstudio.errors import OccStudioError
from occstudio.exchange.formats import kind_of
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.exchange.point_cloud_reader import read_point_cloud_with_notes

EXTRA_MEMORY = 1 << 30
HANG_S = 30
_NUMBERS = (b"0", b"-1", b"3", b"999999999", b"2147483647", b"4294967295", b"1e400", b"nan")


def mutant(data: bytes, generator: np.random.Generator) -> bytes:
    """The bytes with one kind of damage: cut, flipped, zeroed, spliced, false counts, empty."""
    size = len(data)
    kind = int(generator.integers(0, 8))
    changed = bytearray(data)
    at = int(generator.integers(0, size))
    if kind == 0:
        return data[:at]
    if kind == 1:
        for k in generator.integers(0, size, int(generator.integers(1, 20))):
            changed[k] ^= 1 << int(generator.integers(0, 8))
        return bytes(changed)
    if kind == 2:
        length = int(generator.integers(1, max(size // 4, 2)))
        changed[at : at + length] = b"\0" * len(changed[at : at + length])
        return bytes(changed)
    if kind == 3:
        other = int(generator.integers(0, size))
        length = int(generator.integers(1, max(size // 3, 2)))
        return data[:at] + data[other : other + length] + data[at:]
    if kind == 4:
        # a false count in text: one run of digits becomes another number
        starts = [
            k for k in range(1, size) if chr(data[k]).isdigit() and not chr(data[k - 1]).isdigit()
        ]
        if starts:
            start = starts[int(generator.integers(0, len(starts[:60])))]
            end = start
            while end < size and chr(data[end]).isdigit():
                end += 1
            return data[:start] + _NUMBERS[int(generator.integers(0, 8))] + data[end:]
    if kind == 5:
        # a false count in binary, often in the header
        at = int(generator.integers(0, min(size, 200))) if generator.random() < 0.7 else at
        for value in (b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x80"):
            if generator.random() < 0.4:
                changed[at : at + 4] = value
        return bytes(changed)
    if kind == 6:
        return data[at:] if generator.random() < 0.5 else generator.bytes(size)
    return (
        b"" if generator.random() < 0.1 else data[:at] + data[at + int(generator.integers(1, 9)) :]
    )


def attempt(path: Path) -> tuple[int, list[str]]:
    """Ways of reading that accepted the file, and what was raised that no person may see."""
    accepted, wrong = 0, []
    kind_of(path)
    for read in (read_point_cloud_with_notes, read_mesh):
        try:
            read(path)
            accepted += 1
        except OccStudioError as error:
            if "\n" in str(error) or len(str(error)) < 20:
                wrong.append(f"not one sentence: {error!s:.200}")
        except Exception:  # noqa: BLE001 - that is what is looked for
            wrong.append(traceback.format_exc())
    return accepted, wrong


def main() -> None:
    """Read the mutants and say how it went."""
    faulthandler.enable()
    warnings.simplefilter("error")
    source, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    data = source.read_bytes()
    # everything that is loaded late is loaded now, before memory is counted
    if attempt(source)[0] == 0:
        raise SystemExit("the undamaged file was not read")
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + EXTRA_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    report: dict[str, object] = {"read": 0, "refused": 0, "slowest_s": 0.0, "wrong": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"mutant{source.suffix}"
        for k in range(count):
            # under the memory limit the undamaged file is still read
            path.write_bytes(data if k == 0 else mutant(data, np.random.default_rng([seed, k])))
            # the default action ends the process: a hang is a death too
            signal.alarm(HANG_S)
            start = time.perf_counter()
            accepted, wrong = attempt(path)
            signal.alarm(0)
            taken = time.perf_counter() - start
            report["slowest_s"] = max(float(report["slowest_s"]), taken)
            report["read" if accepted else "refused"] += 1
            report["wrong"] += [f"mutant {k}: {text}" for text in wrong]
    print(json.dumps(report))


if __name__ == "__main__":
    main()
