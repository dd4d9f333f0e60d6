"""Puts the figures of bench/results.json into docs/performance.md and its picture.

    python -m bench.publish

The page's own words stay; what is between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is
written anew: the networks, and the layers of each core, all by the first compiler that was
measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import ROOT
from .pages import replace_parts
from .variants import CMSIS_NN, OURS

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.png"
NETWORKS = {
    "kws": "keyword spotting",
    "ic": "image classification",
    "vww": "visual wake words",
    "ad": "anomaly detection",
    "sww": "streaming wake word",
}
SHOWN_CORES = ("cortex-m4", "cortex-m55")


def main() -> int:
    rows = json.loads(RESULTS.read_text())["rows"]
    compiler = rows[0]["compiler"]
    rows = [row for row in rows if row["compiler"] == compiler]
    networks = [row for row in rows if row["family"] == "network"]
    parts = {"networks": network_table(networks)}
    for core in SHOWN_CORES:
        layers = [row for row in rows if row["family"] != "network" and row["core"] == core]
        parts[core] = layer_table(layers)
    replace_parts(PAGE, parts)
    write_picture(PICTURE, networks)
    return 0


def network_table(rows: Sequence[dict]) -> str:
    """Millions an inference; ratios are CMSIS-NN's figure over ours."""
    heading = (
        "| network | core | instructions | CMSIS-NN | ratio | cycles | CMSIS-NN | ratio | code KB "
        "| CMSIS-NN |\n|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return heading + "".join(
        f"| {NETWORKS[row['name']]} | {row['core']} | "
        + " | ".join([*_cells(row, 1e6), *_code(row)])
        + " |\n"
        for row in rows
    )


def layer_table(rows: Sequence[dict]) -> str:
    """Instructions and estimated cycles a multiply-accumulate, or an output element."""
    heading = (
        "| layer | kernel | instructions | CMSIS-NN | ratio | cycles | CMSIS-NN | ratio |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return heading + "".join(
        f"| {row['name']} | {row['costs'][OURS]['kernel'].split('__')[-1]} | "
        + " | ".join(_cells(row, row["work"]))
        + " |\n"
        for row in rows
    )


def _cells(row: dict, unit: float) -> Iterator[str]:
    """A star marks what is faster by Clang."""
    for measure in ("instructions", "cycles"):
        for variant in (OURS, CMSIS_NN):
            cost = row["costs"].get(variant, {})
            star = "*" if "clang" in cost.get("build", "") else ""
            value = cost.get(measure)
            yield "" if value is None else f"{value / unit:.3g}{star}"
        ratio = row[f"cmsis_nn_{measure}_ratio"]
        yield "" if ratio is None else f"{ratio:.2f}"


def _code(row: dict) -> Iterator[str]:
    for variant in (OURS, CMSIS_NN):
        value = row["costs"].get(variant, {}).get("code_bytes")
        yield "" if value is None else f"{value / 1000:.1f}"


def write_picture(path: Path, networks: Sequence[dict]) -> None:
    """Estimated cycles of the networks, CMSIS-NN's and ours. Needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(SHOWN_CORES), figsize=(9, 3), layout="constrained")
    for axis, core in zip(axes, SHOWN_CORES, strict=True):
        _bars(axis, [row for row in networks if row["core"] == core])
        axis.set_title(f"{core}: estimated megacycles", fontsize=9)
    axes[0].legend(frameon=False, fontsize=8, loc="lower right")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _bars(axis: Any, rows: Sequence[dict]) -> None:
    names = [NETWORKS[row["name"]] for row in rows]
    for offset, variant, label, color in (
        (-0.2, CMSIS_NN, "CMSIS-NN", "C1"),
        (0.2, OURS, "torch-cortex-m", "C0"),
    ):
        values = [row["costs"].get(variant, {}).get("cycles") or 0 for row in rows]
        places = [index + offset for index in range(len(rows))]
        bars = axis.barh(places, [value / 1e6 for value in values], 0.38, label=label, color=color)
        axis.bar_label(bars, [f"{value / 1e6:.3g}" for value in values], fontsize=7, padding=2)
    axis.set_yticks(range(len(rows)), names, fontsize=8)
    axis.invert_yaxis()
    axis.margins(x=0.12)
    axis.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    sys.exit(main())
