"""Inputs and outputs in the arena: the same results as with the caller's, and less memory."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import Generated, Preferences, check_io, generate
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.slice.op import Slice
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST, Target

SHAPE, Q = (1, 16, 8, 8), Quantization(0.1, 0)


def filtered(graph: Graph, value: str, wanted: str) -> str:
    rng = np.random.default_rng(len(graph.nodes))
    constants = (
        graph.add_constant("weight", rng.integers(-128, 128, (1, 3, 3, 8)).astype(np.int8)),
        None,
        graph.add_constant("multipliers", np.full(8, 1 << 30, np.int32)),
        graph.add_constant("shifts", np.full(8, -7, np.int32)),
    )
    op = DepthwiseConv2d(padding=(1, 1, 1, 1))
    return graph.add_node(op, (value, *constants), wanted, quantization=Q)


def chain() -> Graph:
    graph = Graph("model")
    value = graph.add_input("x", TensorType(SHAPE, "int8", Q))
    for _ in range(3):
        value = filtered(graph, value, "y")
    graph.outputs.append(Port(value, SHAPE))
    return graph


def every_kind_of_output() -> Graph:
    """What a node computes, twice; a view of it; an input; a constant."""
    graph = Graph("model")
    first, second = (graph.add_input(name, TensorType(SHAPE, "int8", Q)) for name in ("a", "b"))
    value = filtered(graph, first, "y")
    flat = graph.add_node(Reshape((16, 64)), (value,), "flat", quantization=Q)
    part = graph.add_node(Slice((3, 0), (5, 64)), (flat,), "part", quantization=Q)
    constant = graph.add_constant("constant", np.arange(7, dtype=np.int8))
    for output in (value, value, part, second, constant):
        graph.outputs.append(Port(output, graph.types[output].shape))
    return graph


def outputs(generated: Generated, *inputs: np.ndarray) -> tuple[bytes, ...]:
    data = [array.tobytes() for array in inputs]
    with Runner([generated.program], generated.target, checked=True) as runner:
        first, second = runner.run([(0, data), (0, data)])
    assert first.outputs == second.outputs
    return tuple(first.outputs)


TARGETS = [HOST, pytest.param(CORES["cortex-m4"], marks=needs_emulator)]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_outputs_are_those_of_the_callers_buffers(target: Target) -> None:
    graph, rng = every_kind_of_output(), np.random.default_rng(0)
    inputs = [rng.integers(-128, 128, SHAPE).astype(np.int8) for _ in graph.inputs]
    own, arena = (generate(graph, target, preferences=Preferences(io=io)) for io in IO)
    assert outputs(own, *inputs) == outputs(arena, *inputs)


IO = ("caller", "arena")


def test_the_inputs_memory_is_used_again() -> None:
    size = TensorType(SHAPE).bytes
    plan = generate(chain(), CORES["cortex-m4"], preferences=Preferences(io="arena")).plan
    assert plan.ports is not None
    assert size <= plan.arena_bytes < 2 * size + max(plan.scratch.values(), default=0)


def test_the_header_says_where_they_lie() -> None:
    generated = generate(chain(), CORES["cortex-m4"], preferences=Preferences(io="arena"))
    ports, header = generated.plan.ports, generated.program.files["model.h"]
    assert ports is not None
    assert f"#define MODEL_INPUT_X_OFFSET {ports.inputs[0]}\n" in header
    assert "#define MODEL_INPUT_X_DATA MODEL_INPUT_X_IN(model_arena)\n" in header
    assert "int32_t model_run_in(uint8_t *arena);" in header
    assert "int32_t model_run(void);" in header
    assert "_OFFSET" not in generate(chain(), CORES["cortex-m4"]).program.files["model.h"]


def test_another_place_is_refused() -> None:
    with pytest.raises(TcmError, match="caller or arena"):
        check_io("stack")
