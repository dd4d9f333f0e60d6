"""Instruction counts are exact: loops of known length, on every board."""

from __future__ import annotations

import pytest
from conftest import needs_emulator

from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES

SOURCE = """#include "loop.h"
int32_t loop_run(const int32_t *rounds, int32_t *result)
{
    int32_t count = *rounds;
    __asm__ volatile(".syntax unified\\n1: subs %0, #1\\n bne 1b" : "+l"(count) : : "cc");
    *result = count;
    return 0;
}
"""


@needs_emulator
@pytest.mark.parametrize("core", CORES)
def test_a_loop_of_known_length_is_counted_exactly(core: str) -> None:
    header = "#include <stdint.h>\nint32_t loop_run(const int32_t *rounds, int32_t *result);\n"
    files = {"loop.c": SOURCE, "loop.h": header, "weights.c": '#include "loop.h"\n'}
    program = Program("loop", files, (), 0, 0, (4,), (4,), ("int32_t",), ("int32_t",))
    lengths = [1, 2, 3, 10, 11, 1000, 12345, 1_000_000]
    runs = [(0, [length.to_bytes(4, "little")]) for length in lengths]
    with Runner([program], CORES[core]) as runner:
        counts = [execution.instructions for execution in runner.run(runs)]
    assert [count - counts[0] for count in counts] == [2 * (n - 1) for n in lengths]
    assert 0 < counts[0] < 20
