"""Functions of one value: the lowering to a table, however PyTorch's program spells them."""

from __future__ import annotations

import torch

from ...ir import Quantization
from ..integers.tables import entries
from .call import PytorchCall

TRUTH = Quantization(1.0, 0)
"""Of the numbers 0 and 1."""


def lower_function(call: PytorchCall) -> str:
    """A table of ``call.function``, each entry its correctly rounded real value, or 0 and 1 where
    these are the results."""
    assert call.function is not None
    (argument,) = call.operands
    input = call.input(argument)
    if call.result is None:
        table = entries(call.function, input.quantization, TRUTH)
        return call.emit("table", (input.value,), table=table, truth=True)
    table = entries(call.function, input.quantization, call.output, call.limits)
    return call.emit("table", (input.value,), table=table)


def overloads(name: str) -> tuple[torch._ops.OpOverload, ...]:
    """Of an aten operator those that take tensors and give one; ``name`` may name one itself."""
    name, _, overload = name.partition(".")
    packet = getattr(torch.ops.aten, name)
    found = (getattr(packet, each) for each in ([overload] if overload else packet.overloads()))
    return tuple(each for each in found if _gives_a_tensor(each._schema))


def _gives_a_tensor(schema: torch._C.FunctionSchema) -> bool:
    takes = any(isinstance(argument.type, torch.TensorType) for argument in schema.arguments)
    gives = [isinstance(result.type, torch.TensorType) for result in schema.returns]
    return takes and gives == [True] and not schema.is_mutable
