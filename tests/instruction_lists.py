"""What a core's model makes of a list of instructions."""

from __future__ import annotations

from torch_cortex_m.cycles import CYCLE_MODELS, CycleEstimator
from torch_cortex_m.cycles.decode import decode
from torch_cortex_m.cycles.disassembly import Disassembly
from torch_cortex_m.ir.artifacts import BasicBlock


def cycles(core: str, *instructions: str, rounds: int = 1, size: int = 4) -> int:
    """Straight-line code, after it ran once before; or a loop's rounds after the first."""
    operations = {size * i: decode(text, size) for i, text in enumerate(instructions)}
    block = BasicBlock(0, len(instructions))
    estimator = CycleEstimator(CYCLE_MODELS[core], Disassembly(operations))
    source = BasicBlock(0, 0) if rounds == 1 else block
    return estimator.cycles({(source, block): rounds})
