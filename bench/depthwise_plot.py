"""The picture of depthwise_map.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RANGE = 4
"""Powers of two at both ends of the colours."""
DARK = 2.4
"""From here on, black text would be hard to read."""
WHOSE = {"ours": "torch-cortex-m", "cmsis_nn": "CMSIS-NN"}


def ratio(row: dict) -> float | None:
    """Time as a general convolution over time as a depthwise one: below 1, general is faster."""
    general, depthwise = row["general"], row["depthwise"]
    if not general or not depthwise:
        return None
    measure = "instructions" if general["cycles"] is None else "cycles"
    return general[measure] / depthwise[measure]


def write_plot(path: Path, rows: Sequence[dict]) -> None:
    """A row of panels for each core: 3x3 and 5x5, ours and CMSIS-NN's. Needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    cores = list(dict.fromkeys(row["core"] for row in rows))
    kernels = sorted({row["kernel"] for row in rows})
    columns = [(whose, kernel) for whose in WHOSE for kernel in kernels]
    figure, axes = pyplot.subplots(
        len(cores),
        len(columns),
        figsize=(3.4 * len(columns), 2.9 * len(cores)),
        layout="constrained",
        squeeze=False,
    )
    for line, core in zip(axes, cores, strict=True):
        for axis, (whose, kernel) in zip(line, columns, strict=True):
            own = [r for r in rows if (r["core"], r["whose"], r["kernel"]) == (core, whose, kernel)]
            _panel(axis, own)
            axis.set_title(f"{core}, {WHOSE[whose]}, {kernel}x{kernel}", fontsize=9)
    figure.suptitle(
        "Time as a general convolution / time as a depthwise convolution "
        "(red: general is faster, blue: depthwise is)",
        fontsize=11,
    )
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def _panel(axis: Any, rows: Sequence[dict]) -> None:
    channels = sorted({row["channels"] for row in rows})
    multipliers = sorted({row["multiplier"] for row in rows})
    values = [[math.nan] * len(channels) for _ in multipliers]
    for row in rows:
        value = ratio(row)
        if value is None:
            continue
        x, y = channels.index(row["channels"]), multipliers.index(row["multiplier"])
        values[y][x] = math.log2(value)
        text = f"{value:.2f}" if value < 10 else f"{value:.0f}"
        color = "white" if abs(math.log2(value)) > DARK else "black"
        axis.text(x, y, text, ha="center", va="center", fontsize=7, color=color)
    axis.imshow(values, cmap="RdBu", vmin=-RANGE, vmax=RANGE, aspect="auto", origin="lower")
    axis.set_xticks(range(len(channels)), channels, fontsize=8)
    axis.set_yticks(range(len(multipliers)), multipliers, fontsize=8)
    axis.set_xlabel("input channels", fontsize=8)
    axis.set_ylabel("multiplier", fontsize=8)
