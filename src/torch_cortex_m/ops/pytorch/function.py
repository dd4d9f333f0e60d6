"""Functions of one value: the lowering to a table, however PyTorch's program spells them."""

from __future__ import annotations

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
