"""Kernels do not take what lies behind their scratch memory for something of theirs."""

from __future__ import annotations

import numpy as np
from conftest import needs_emulator

from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES
from torch_cortex_m.testing import run_cases

SECOND = "second"


def layer(rng: np.random.Generator, data: np.ndarray, filters: int) -> Case:
    weight = rng.integers(-127, 128, (filters, 1, 1, data.shape[3])).astype(np.int8)
    tensors = {
        "input": data,
        "weight": weight,
        "multipliers": np.full(filters, 1 << 30, np.int32),
        "shifts": np.full(filters, -7, np.int32),
    }
    return Case("layer", Conv2d(input_offset=5), tensors)


def chain(cases: list[Case]) -> Graph:
    """The layers one after the other; the last one's output is ``second``."""
    graph = Graph("model")
    data = cases[0].tensors["input"]
    assert data is not None
    value = graph.add_input("input", TensorType(data.shape, "int8"))
    for index, case in enumerate(cases):
        constants = [
            None if (array := case.tensors.get(name)) is None else graph.add_constant(name, array)
            for name in case.op.tensor_names()[1:]
        ]
        name = SECOND if index + 1 == len(cases) else f"value_{index}"
        value = graph.add_node(case.op, (value, *constants), name)
    graph.outputs.append(Port(value, graph.types[value].shape))
    return graph


@needs_emulator
def test_an_input_right_behind_the_scratch_memory() -> None:
    """Once taken for the run of padding that a convolution without padding does not have."""
    rng = np.random.default_rng(1)
    data = rng.integers(-128, 128, (1, 1, 4, 8)).astype(np.int8)
    first = layer(rng, data, 64)
    middle = run_cases([first], on="reference")[0].output
    second = layer(rng, middle, 8)
    expected = run_cases([second], on="reference")[0].output
    target = CORES["cortex-m4"]
    forced = dict.fromkeys(("value_0", SECOND), "conv2d_s8__columns_dsp")
    generated = generate(chain([first, second]), target, forced=forced)
    plan = generated.plan
    four_columns = 4 * 4 * (64 // 2)  # places, bytes, pairs of inputs
    assert plan.locations["value_0"].offset == plan.scratch[SECOND] + four_columns
    with Runner([generated.program], target) as runner:
        (execution,) = runner.run([(0, [data.tobytes()])])
    assert execution.outputs[0] == expected.tobytes()
