"""What sequences of instructions cost by the models of the cores' pipelines."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from instruction_lists import cycles

from torch_cortex_m.cycles import CYCLE_MODELS, CycleEstimator, cycle_model
from torch_cortex_m.cycles.decode import decode
from torch_cortex_m.cycles.disassembly import Disassembly
from torch_cortex_m.ir.artifacts import BasicBlock
from torch_cortex_m.target import CORES


def load_chain(count: int) -> Sequence[str]:
    return [f"ldr r{i + 1}, [r0, #{4 * i}]" for i in range(count)]


@pytest.mark.parametrize(
    ("core", "instructions", "expected"),
    [
        # DDI 0439B, 3.3.3: loads overlap, unless an address comes from the load before.
        ("cortex-m4", load_chain(4), 5),
        ("cortex-m4", ["ldr r1, [r0]", "ldr r2, [r1]"], 4),
        ("cortex-m4", ["ldr r1, [r0]", "str r1, [r2, #4]"], 2),
        ("cortex-m4", ["smlad r0, r1, r2, r0"] * 4, 4),
        ("cortex-m4", ["push {r4, r5, r6, lr}"], 5),
        ("cortex-m4", ["add r0, r1, r2", "ldr r3, [r0]"], 4),
        ("cortex-m4", ["vfma.f32 s0, s1, s2"] * 2, 7),
        ("cortex-m3", ["mla r0, r1, r2, r3"], 2),
        # DDI 0432C: two cycles a load, never overlapping.
        ("cortex-m0", load_chain(4), 8),
        ("cortex-m0", ["muls r0, r1"], 1),
        ("cortex-m33", ["ldr r1, [r0]", "add r2, r1, #1"], 3),
        ("cortex-m33", ["ldr r1, [r0]", "add r2, r3, #1"], 2),
        # Two independent instructions a cycle; a multiplication a cycle; two banks of memory.
        ("cortex-m7", ["add r0, r1, #1", "add r2, r3, #1"] * 4, 4),
        ("cortex-m7", ["add r0, r0, #1"] * 4, 4),
        ("cortex-m7", ["smlad r0, r1, r2, r0"] * 4, 4),
        ("cortex-m7", load_chain(8), 4),
        ("cortex-m7", ["ldr r1, [r0]", "ldr r2, [r0, #8]"] * 2, 4),
        ("cortex-m7", ["uxtb r0, r1", "uxtb r2, r3"], 2),
        ("cortex-m7", ["push {r4, r5, r6, lr}"], 2),
        # Two beats a vector; instructions for different units overlap.
        ("cortex-m55", ["vldrw.32 q0, [r0]", "vmul.i32 q1, q2, q3"] * 4, 8),
        ("cortex-m55", ["vadd.i32 q1, q2, q3"] * 4, 7),
        ("cortex-m55", ["vmul.i32 q1, q2, q3", "vmul.i32 q1, q1, q3"] * 2, 7),
        ("cortex-m55", ["ldrd r0, r1, [r2]"], 1),
    ],
)
def test_published_timings(core: str, instructions: Sequence[str], expected: int) -> None:
    assert cycles(core, *instructions) == expected


@pytest.mark.parametrize(
    ("core", "a_round"),
    [
        ("cortex-m0", 1 + 3),
        ("cortex-m0plus", 1 + 2),
        ("cortex-m3", 1 + 3),
        ("cortex-m4", 1 + 3),
        ("cortex-m33", 1 + 3),
        ("cortex-m55", 1 + 1),  # the two issue together
    ],
)
def test_a_taken_branch_refills_the_pipeline(core: str, a_round: int) -> None:
    assert cycles(core, "subs r0, #1", "bne.n", rounds=100, size=2) == 100 * a_round


def test_the_end_of_a_low_overhead_loop_is_free() -> None:
    loop = ["vldrb.8 q0, [r0], #16", "vadd.i8 q1, q0, q2"]
    assert cycles("cortex-m55", *loop, "le lr,", rounds=10) == 20
    assert cycles("cortex-m55", *loop, "subs r1, #1", "bne", rounds=10) == 50


def test_a_gather_costs_a_cycle_an_element() -> None:
    assert cycles("cortex-m55", *["vldrb.8 q0, [r0]"] * 4) <= 8
    assert cycles("cortex-m55", *["vldrb.u8 q0, [r0, q1]"] * 4) == 4 * 16
    assert cycles("cortex-m55", *["vldrh.u16 q0, [r0, q1]"] * 4) == 4 * 8


def test_the_rarer_way_of_a_branch_is_mispredicted() -> None:
    operations = {0: decode("subs r0, #1", 2), 2: decode("bne.n", 2), 4: decode("nop", 2)}
    estimator = CycleEstimator(CYCLE_MODELS["cortex-m7"], Disassembly(operations))
    loop, after = BasicBlock(0, 2), BasicBlock(4, 1)
    rounds = estimator.cycles({(loop, loop): 100})
    left = estimator.cycles({(loop, loop): 100, (loop, after): 10})
    assert 60 <= left - rounds <= 70


def test_every_model_says_what_its_estimates_are_worth() -> None:
    for core, target in CORES.items():
        model = cycle_model(target)
        assert (model is None) == (core == "cortex-m85")
        if model is not None:
            assert "zero-wait-state estimate" in model.text
            assert "silicon" in model.text
