"""What one inference costs on the emulated core, in total and layer by layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..cycles import cycle_model
from ..run import Run
from ..runner import Runner
from ..target import Part
from .part_report import part_report
from .ports import as_run
from .report import Report


def profile_sample(
    report: Report,
    plain: Runner,
    traced: Runner,
    sample: list[np.ndarray],
    part: Part | None = None,
) -> Report:
    """The model's report with one sample's measurements.

    plain, traced: run the model without and with a trace. sample: in the form of the graph's ports.
    part: what the inference takes there, too.

    Raises TcmError if a tool is missing.
    """
    runs = [Run(*as_run(sample), reset=True)] * (1 if part is None else 2)  # the first warms caches
    *_, total = plain.run(runs, cycles=True, part=part)
    (by_layer,) = traced.run([as_run(sample)], cycles=True)
    layers = tuple(
        replace(layer, instructions=trace.instructions, cycles=trace.cycles)
        for layer, trace in zip(report.layers, by_layer.layers, strict=True)
    )
    model = cycle_model(plain.target)
    return replace(
        report,
        layers=layers,
        flash_bytes=plain.flash_bytes[0],
        stack_bytes=total.stack_bytes,
        instructions=total.instructions,
        cycles=total.cycles,
        cycles_model=None if model is None else model.text,
        part=None if part is None else part_report(part, total),
    )
