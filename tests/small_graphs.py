"""Small graphs of int8 values, and the proof that their C is exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import torch_cortex_m as tcm
from torch_cortex_m import ops
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType, verify
from torch_cortex_m.ops.rules.case_data import generator
from torch_cortex_m.target import find_target

CALLS = 4
Q = Quantization(0.1, 0)


class Builder:
    """A small graph of int8 values."""

    def __init__(self) -> None:
        self.graph = Graph("model")

    def input(self, *shape: int) -> str:
        return self.graph.add_input("x", TensorType(shape, "int8", Q))

    def node(self, operator: str, *inputs: str, **fields: Any) -> str:
        op = ops.operator(operator, **fields)
        return self.graph.add_node(op, inputs, operator, quantization=Q)

    def split(self, value: str, axis: int, size: int) -> tuple[str, ...]:
        op = ops.operator("split", axis=axis, size=size)
        return self.graph.add_outputs(op, (value,), op.outputs, [Q, Q])

    def conv(self, value: str, filters: int, name: str = "conv") -> str:
        """1x1, so that values keep their height and width."""
        rng = generator(f"{value} {filters}")
        channels = self.graph.types[value].shape[-1]
        constants = {
            "weight": rng.integers(-127, 128, (filters, 1, 1, channels)).astype(np.int8),
            "multipliers": np.full(filters, 1 << 30, np.int32),
            "shifts": np.full(filters, -8, np.int32),
        }
        weight, multipliers, shifts = (self.graph.add_constant(n, d) for n, d in constants.items())
        op = ops.operator("conv2d", input_offset=3)
        inputs = (value, weight, None, multipliers, shifts)
        return self.graph.add_node(op, inputs, name, quantization=Q)

    def output(self, *values: str) -> None:
        for value in values:
            self.graph.outputs.append(Port(value, self.graph.types[value].shape))


def compiled(build: Builder, target: str, forced: dict[str, str] | None = None):
    verify(build.graph)
    generated = generate(build.graph, find_target(target), forced=forced)
    return tcm.CompiledModel(generated)


def prove(build: Builder, target: str, tmp_path: Path) -> Any:
    """The model, which is exact on its own target and comes back from its folder as it was."""
    model = compiled(build, target)
    assert model.verify(random=CALLS) == CALLS
    assert model.verify(random=CALLS, layers=True) == CALLS
    loaded = tcm.load(model.save(tmp_path / target))
    assert loaded.generated.program == model.generated.program
    return model
