"""The cycle models: instructions are decoded, and whole programs estimated."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m.cycles.decode import decode
from torch_cortex_m.cycles.disassembly import parse_listing
from torch_cortex_m.cycles.operation import Kind
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, find_target
from torch_cortex_m.testing import run_op

DECODED = [
    ("ldr r3, [r0], #4", Kind.LOAD, "r3", "r0"),
    ("ldrd r0, r1, [r2, #8]", Kind.LOAD_PAIR, "r0 r1", "r2"),
    ("strb.w r0, [r1], #1", Kind.STORE, "", "r0 r1"),
    ("pop {r4, r5, pc}", Kind.LOAD_MULTIPLE, "r4 r5 pc", "sp"),
    ("vpush {d8-d9}", Kind.STORE_MULTIPLE, "", "d8 d9 sp"),
    ("smlad r0, r1, r2, r3", Kind.MULTIPLY_ADD, "r0", "r1 r2 r3"),
    ("smlal r0, r1, r2, r3", Kind.MULTIPLY_ADD_LONG, "r0 r1", "r0 r1 r2 r3"),
    ("smull r0, r1, r2, r3", Kind.MULTIPLY_LONG, "r0 r1", "r2 r3"),
    ("muls r3, r2", Kind.MULTIPLY, "r3", "r2 r3"),
    ("sxtb16 r0, r1, ror #8", Kind.BITFIELD, "r0", "r1"),
    ("ssat r0, #8, r1, asr #3", Kind.BITFIELD, "r0", "r1"),
    ("add.w r0, r1, r2, asr #31", Kind.ALU, "r0", "r1 r2"),
    ("adds r0, #1", Kind.ALU, "r0", "r0"),
    ("movs r0, #1", Kind.ALU, "r0", ""),
    ("cmp r0, r1", Kind.ALU, "", "r0 r1"),
    ("bics r0, r1", Kind.ALU, "r0", "r0 r1"),
    ("ble.n", Kind.BRANCH, "", ""),
    ("bl", Kind.CALL, "", ""),
    ("cbz r3", Kind.BRANCH, "", "r3"),
    ("bx lr", Kind.INDIRECT_BRANCH, "", "lr"),
    ("ldr.w pc, [r3]", Kind.INDIRECT_BRANCH, "pc", "r3"),
    ("letp lr,", Kind.LOOP_END, "", "lr"),
    ("dlstp.8 lr, r3", Kind.LOOP_START, "lr", "r3"),
    ("ite eq", Kind.CONDITION, "", ""),
    ("vldrb.8 q0, [r0], #16", Kind.VECTOR_LOAD, "q0", "r0"),
    ("vldrb.u32 q0, [r0, q1]", Kind.GATHER, "q0", "q1 r0"),
    ("vst40.8 {q0, q1, q2, q3}, [r0]", Kind.VECTOR_STORE, "", "q0 q1 q2 q3 r0"),
    ("vmladava.s8 lr, q0, q1", Kind.VECTOR_MULTIPLY, "lr", "lr q0 q1"),
    ("vmladav.s8 r0, q0, q1", Kind.VECTOR_MULTIPLY, "r0", "q0 q1"),
    ("vqrdmlah.s32 q0, q1, r0", Kind.VECTOR_MULTIPLY, "q0", "q0 q1 r0"),
    ("vaddt.i32 q0, q1, r2", Kind.VECTOR_ALU, "q0", "q1 r2"),
    ("vqrshrnb.s32 q0, q1, #8", Kind.VECTOR_NARROW, "q0", "q0 q1"),
    ("vrshl.s32 q0, q1", Kind.VECTOR_SHIFT, "q0", "q1"),
    ("vmov q0[2], q0[0], r1, r2", Kind.VECTOR_MOVE, "q0", "q0 r1 r2"),
    ("vmov r1, r2, q0[2], q0[0]", Kind.VECTOR_MOVE, "r1 r2", "q0"),
    ("vfma.f32 s0, s1, s2", Kind.FLOAT_MULTIPLY_ADD, "s0", "s0 s1 s2"),
    ("vdiv.f32 s0, s1, s2", Kind.FLOAT_DIVIDE, "s0", "s1 s2"),
]


@pytest.mark.parametrize(("text", "kind", "writes", "inputs"), DECODED)
def test_decoding(text: str, kind: Kind, writes: str, inputs: str) -> None:
    operation = decode(text, 4)
    assert operation.kind is kind
    assert " ".join(operation.writes) == writes
    assert " ".join(sorted(set(operation.inputs))) == inputs


def test_a_listing_is_read_without_its_data_and_comments() -> None:
    listing = (
        "00000000 <f>:\n"
        "   0:\tf850 3b04 \tldr.w\tr3, [r0], #4\n"
        "   4:\td0fc      \tbeq.n\t0 <f>\n"
        "   6:\t4a01      \tldr\tr2, [pc, #4]\t@ (c <d0+0x4>)\n"
        "   8:\t00000008 \t.word\t0x00000008\n"
        "   c:\tea58 e90d \t\t@ <UNDEFINED> instruction: 0xea58e90d\n"
    )
    operations = parse_listing(listing)
    assert {address: operation.size for address, operation in operations.items()} == {
        0: 4,
        4: 2,
        6: 2,
        12: 4,
    }
    assert operations[4].inputs == ()
    assert operations[6].address == ("pc",)


LOOP = """#include "loop.h"
int32_t loop_run(const int32_t *rounds, int32_t *result)
{
    int32_t count = *rounds;
    __asm__ volatile(".syntax unified\\n1: subs %0, #1\\n bne 1b" : "+l"(count) : : "cc");
    *result = count;
    return 0;
}
"""


@needs_emulator
@pytest.mark.parametrize(
    ("core", "a_round"), [("cortex-m0", 4), ("cortex-m4", 4), ("cortex-m55", 2)]
)
def test_cycles_of_a_loop_on_the_emulated_core(core: str, a_round: int) -> None:
    header = "#include <stdint.h>\nint32_t loop_run(const int32_t *rounds, int32_t *result);\n"
    files = {"loop.c": LOOP, "loop.h": header, "weights.c": '#include "loop.h"\n'}
    program = Program("loop", files, (), 0, 0, (4,), (4,), ("int32_t",), ("int32_t",))
    runs = [(0, [length.to_bytes(4, "little")]) for length in (100, 10_100)]
    with Runner([program], CORES[core]) as runner:
        first, second = runner.run(runs, cycles=True)
    assert first.cycles is not None
    assert second.cycles is not None
    assert second.cycles - first.cycles == 10_000 * a_round


def small_model(core: str) -> CompiledModel:
    graph = Graph("layers")
    value = graph.add_input("input", TensorType((1, 6, 6, 3), "int8"))
    value = graph.add_node(Requantize(multiplier=1 << 30, shift=0), (value,), "halved")
    value = graph.add_node(AvgPool2d(kernel=(2, 2), stride=(2, 2)), (value,), "pooled")
    graph.outputs.append(Port(value, graph.types[value].shape))
    return CompiledModel(generate(graph, find_target(core)))


@needs_emulator
@pytest.mark.parametrize("core", CORES)
def test_a_profile_has_cycles_where_there_is_a_model(core: str) -> None:
    compiled = small_model(core)
    report = compiled.profile(np.zeros((1, 6, 6, 3), np.int8))
    data = json.loads(json.dumps(report.as_data()))
    layers = [layer["cycles"] for layer in data["layers"]]
    if core == "cortex-m85":
        assert layers == [None, None]
        assert data["total"]["cycles"] is data["cycles_model"] is None
        return
    assert re.match("zero-wait-state estimate", data["cycles_model"])
    assert all(cycles > 0 for cycles in layers)
    assert abs(data["total"]["cycles"] - sum(layers)) < 100
    assert 0.4 < data["total"]["cycles"] / data["total"]["instructions"] < 3


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m85"])
def test_an_operator_run_tells_its_cycles_if_asked(core: str) -> None:
    op = Requantize(multiplier=1 << 30, shift=1)
    inputs = {"input": np.arange(-8, 8, dtype=np.int8)}
    assert run_op(op, inputs, target=core, on="emulator").cycles is None
    run = run_op(op, inputs, target=core, on="emulator", cycles=True)
    assert (run.cycles is None) == (core == "cortex-m85")
    if run.cycles is not None:
        assert run.instructions < run.cycles < 3 * run.instructions
