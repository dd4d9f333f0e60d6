"""What the MLPerf Tiny networks take on parts, behind the caches of their flash.

    python -m bench.parts [--part NAME ...] [--network NAME ...] [--publish]

Compiles each network for the part, runs it on the emulated core and counts the lines that the
part's caches fetch (docs/performance.md says what the estimate is worth). --publish puts the table
into that page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

import mlperf_tiny

import torch_cortex_m as tcm
from torch_cortex_m.model.part_report import PartReport
from torch_cortex_m.target import PARTS

from .pages import replace_parts
from .publish import NETWORKS, PAGE

HEADING = (
    "| network | part | MHz | cycles without waiting | lines of code | lines of constants | ms |\n"
    "|---|---|---|---|---|---|---|\n"
)


def rows(networks: Sequence[str], parts: Sequence[str]) -> Iterator[str]:
    for network in networks:
        model, inputs, calibration = getattr(mlperf_tiny, network)()
        for name in parts:
            compiled = tcm.compile(model, inputs, target=name, calibration=calibration)
            report = compiled.profile(*inputs, part=name)
            part = report.part
            assert part is not None
            cycles = "" if report.cycles is None else f"{report.cycles:,}"
            yield (
                f"| {NETWORKS[network]} | {name} | {PARTS[name].megahertz} | {cycles} | "
                f"{part.code_lines:,} | {part.constant_lines:,} | {_milliseconds(part)} |\n"
            )


def _milliseconds(part: PartReport) -> str:
    if part.microseconds is None:
        return ""
    fastest, slowest = (f"{value / 1000:.3g}" for value in part.microseconds)
    return f"{fastest} to {slowest}"


def main() -> int:
    parser = argparse.ArgumentParser(description="What networks take on parts")
    counted = [name for name, part in PARTS.items() if part.code is not None]
    parser.add_argument("--part", choices=counted, nargs="+", default=counted)
    parser.add_argument("--network", choices=list(NETWORKS), nargs="+", default=list(NETWORKS))
    parser.add_argument("--publish", action="store_true")
    arguments = parser.parse_args()
    if arguments.publish and (len(arguments.part), len(arguments.network)) != (
        len(counted),
        len(NETWORKS),
    ):
        parser.error("--publish replaces the whole table: it takes all parts and networks")
    table = HEADING
    print(HEADING, end="")
    for row in rows(arguments.network, arguments.part):
        print(row, end="", flush=True)
        table += row
    if arguments.publish:
        replace_parts(PAGE, {"parts": table})
    return 0


if __name__ == "__main__":
    sys.exit(main())
