"""What one inference costs on the emulated core, in total and layer by layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..cycles import CycleEstimator, cycle_estimator, cycle_model
from .report import Report

if TYPE_CHECKING:
    from ..ir.artifacts import BlockFlow
    from .compiled import CompiledModel


def profile_sample(compiled: CompiledModel, sample: list[np.ndarray]) -> Report:
    """The model's report with one sample's measurements; ``sample`` is in the form of the graph's
    ports. Raises TcmError if a tool is missing."""
    model = cycle_model(compiled.target)
    counted = model is not None
    (plain,) = compiled.execute([sample], "emulator", count_blocks=counted)
    (traced,) = compiled.execute([sample], "emulator", trace=True, count_blocks=counted)
    image, traced_image = (compiled.image("emulator", trace) for trace in (False, True))
    estimator = cycle_estimator(traced_image.path, compiled.target)
    layers = tuple(
        replace(layer, instructions=trace.instructions, cycles=_cycles(estimator, trace.flow))
        for layer, trace in zip(compiled.report.layers, traced.layers, strict=True)
    )
    return replace(
        compiled.report,
        layers=layers,
        flash_bytes=image.flash_bytes[0],
        stack_bytes=plain.stack_bytes,
        instructions=plain.instructions,
        cycles=_cycles(cycle_estimator(image.path, compiled.target), plain.flow),
        cycles_model=None if model is None else model.text,
    )


def _cycles(estimator: CycleEstimator | None, flow: BlockFlow | None) -> int | None:
    return None if estimator is None or flow is None else estimator.cycles(flow)
