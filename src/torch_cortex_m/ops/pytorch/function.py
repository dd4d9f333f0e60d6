"""Functions of one value: the lowering to a table, however PyTorch's program spells them."""

from __future__ import annotations

from ..integers.tables import entries
from .call import PytorchCall


def lower_function(call: PytorchCall) -> str:
    """A table of ``call.function``, each entry its correctly rounded real value."""
    assert call.function is not None
    (argument,) = call.operands
    input = call.input(argument)
    table = entries(call.function, input.quantization, call.output, call.limits)
    return call.emit("table", (input.value,), table=table)
