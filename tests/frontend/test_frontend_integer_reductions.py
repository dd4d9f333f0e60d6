"""Reductions and running sums of indices: exactly PyTorch's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from frontend_checks import Function, flat_outputs, run_float, seeded
from torch import Tensor

from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program

FUNCTIONS: dict[str, Callable[[Tensor], object]] = {
    "amax": lambda x: (x.amax(0), x.amax((1, 2), keepdim=True)),
    "amin": lambda x: (x.amin(1), x.amin((0, 1, 2))),
    "max": lambda x: (x.max(), x.max(1), torch.min(x, 2, keepdim=True).values),
    "argmax": lambda x: (x.argmax(-1, keepdim=True), x.argmax()),
    "argmin": lambda x: x.argmin(1),
    "cumsum": lambda x: (x.cumsum(1), (x > 3).cumsum(-1)),
    "pow": lambda x: (x**2, torch.pow(x, 13), x**1),
}


def test_integers() -> None:
    generator = seeded()
    inputs = (torch.randint(-6, 7, (2, 3, 5), generator=generator),)
    model = Function(lambda m, x: {name: function(x) for name, function in FUNCTIONS.items()})
    graph = import_quantized(quantized_program(model, inputs, [inputs]), "model")
    got = run_float(graph, tuple(each.to(torch.int32) for each in inputs))
    for one, other in zip(got, flat_outputs(model, inputs), strict=True):
        np.testing.assert_array_equal(one, other.astype(np.int32))
