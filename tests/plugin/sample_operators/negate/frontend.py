"""negate from PyTorch."""

from __future__ import annotations

import torch

from torch_cortex_m.ops.pytorch.call import PytorchCall, requantization
from torch_cortex_m.ops.pytorch.pattern import Pattern


def _lower(call: PytorchCall) -> str:
    input = call.input("self")
    fields = requantization(input.quantization, call.output)
    return call.emit("negate", (input.value,), **fields, **call.activation_limits())


PATTERNS = [Pattern((torch.ops.aten.neg.default,), _lower, inputs=("self",), fuses_activation=True)]
