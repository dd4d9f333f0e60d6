"""Models of any size compile; the emulated board's memories count only when something runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m import TcmError
from torch_cortex_m.generate import generate
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.target import CORES, Machine, Target, target_from_data, target_to_data
from torch_cortex_m.testing import run_cases

KILOBYTE = 1024
DENSE = linear("dense", (1, 300), 200)
POOL = max_pool2d("pool", (1, 64, 64, 16))


def with_machine(core: str, **changes: object) -> Target:
    machine = CORES[core].machine
    assert machine is not None
    return replace(CORES[core], machine=replace(machine, **changes))


def with_little_memory(core: str, code: int, data: int) -> Target:
    machine = CORES[core].machine
    assert machine is not None
    return with_machine(
        core,
        code=replace(machine.code, length=code * KILOBYTE),
        data=replace(machine.data, length=data * KILOBYTE),
    )


def check_equal(case: Case, target: Target) -> int:
    """Runs the case on the target; its instructions."""
    (expected,) = run_cases([case], on="reference")
    (found,) = run_cases([case], target=target, on="emulator")
    assert np.array_equal(found.output, expected.output)
    return found.instructions


@needs_emulator
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("case", [DENSE, POOL], ids=["constants", "buffers"])
def test_what_does_not_fit_is_in_the_large_memory_at_the_same_count(core: str, case: Case) -> None:
    little = with_little_memory(core, code=48, data=64)
    assert check_equal(case, little) == check_equal(case, CORES[core])


@needs_emulator
def test_more_constants_than_the_board_of_an_m55_has_flash() -> None:
    check_equal(linear("large", (1, 800), 800), CORES["cortex-m55"])


@pytest.mark.slow
@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m7", "cortex-m33"])
def test_more_constants_than_other_boards_have_flash(core: str) -> None:
    check_equal(linear("larger", (1, 2200), 2200), CORES[core])


@needs_emulator
def test_what_fits_nowhere_compiles_and_is_an_error_when_it_runs() -> None:
    little = with_little_memory("cortex-m4", code=48, data=64)
    machine = little.machine
    assert machine is not None
    assert machine.large is not None
    for large in (None, replace(machine.large, length=KILOBYTE)):
        target = replace(little, machine=replace(machine, large=large))
        compiled = CompiledModel(generate(case_graph(DENSE), target))
        compiled.run_arrays([np.zeros((1, 300), np.int8)], raw=True)
        with pytest.raises(TcmError, match="memory of the emulated board") as error:
            compiled.profile()
        assert "mps2-an386" in str(error.value)
        assert "on the host" in str(error.value)


@pytest.mark.parametrize("core", CORES)
def test_a_core_has_no_limits_of_its_own(core: str) -> None:
    machine = CORES[core].machine
    assert isinstance(machine, Machine)
    tiny = with_little_memory(core, code=1, data=1)
    generated = generate(case_graph(DENSE), tiny)
    assert generated.program == generate(case_graph(DENSE), CORES[core]).program
    with pytest.raises(TcmError, match=f"flash of {core}"):
        generate(case_graph(DENSE), replace(CORES[core], flash_bytes=40_000))


@pytest.mark.parametrize("core", CORES)
def test_targets_are_read_back_and_older_ones_have_no_large_memory(core: str) -> None:
    data = target_to_data(CORES[core])
    assert target_from_data(data) == CORES[core]
    del data["machine"]["large"]
    assert target_from_data(data) == with_machine(core, large=None)
