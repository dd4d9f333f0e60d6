"""How results are called in C, where layers and inputs have names, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from frontend_checks import seeded
from torch import Tensor, nn
from torch.utils import _pytree as pytree

import torch_cortex_m as tcm

SAMPLES = [(torch.randn(1, 6, generator=seeded(i)),) for i in range(4)]

Forward = Callable[["Heads", Tensor], Any]


class Heads(nn.Module):
    """Two layers, ``box`` and ``score``, and a way to compute results of them."""

    def __init__(self, compute: Forward) -> None:
        super().__init__()
        self.box, self.score = nn.Linear(6, 4), nn.Linear(6, 4)
        self.compute = compute

    def forward(self, x: Tensor) -> Any:
        return self.compute(self, x)


NAMES: dict[str, tuple[Forward, list[str]]] = {
    "of another layer": (
        lambda m, x: {"score": m.box(x).sigmoid(), "box": m.score(x).exp()},
        ["score", "box"],
    ),
    "of the layer before": (lambda m, x: {"box": m.box(x).sigmoid()}, ["box"]),
    "exchanged": (lambda m, x: {"score": m.box(x), "box": m.score(x)}, ["score", "box"]),
    "of a layer that is a result": (
        lambda m, x: {"box": m.box(x).sigmoid(), "raw": m.box(x)},
        ["box", "raw"],
    ),
    "twice": (
        lambda m, x: (lambda y: {"box": y.tanh(), "a": y, "b": y})(m.box(x)),
        ["box", "a", "a"],
    ),
    "a layer without a key": (
        lambda m, x: ({"box": m.score(x).exp()}, m.box(x)),
        ["0.box", "box"],
    ),
    "of an input": (lambda m, x: {"x": m.box(x)}, ["x_2"]),
}


@pytest.mark.parametrize("case", NAMES)
def test_results_have_the_names_of_their_keys(case: str) -> None:
    compute, names = NAMES[case]
    model = Heads(compute).eval()
    compiled = tcm.compile(model, SAMPLES[0], target="host", calibration=SAMPLES)
    assert [port.value for port in compiled.graph.outputs] == names
    outputs = compiled.run(*SAMPLES[0], on="reference")
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    expected = pytree.tree_leaves(model(*SAMPLES[0]))
    for ours, right in zip(outputs, expected, strict=True):
        assert torch.allclose(ours, right, atol=0.05)


@pytest.mark.filterwarnings("error:The given NumPy array is not writable")
def test_results_can_be_written_to() -> None:
    compiled = tcm.compile(
        Heads(lambda m, x: (m.box(x).argmax(), m.box(x).argmax(1))),
        SAMPLES[0],
        target="host",
        calibration=SAMPLES,
    )
    for results in (compiled.run(*SAMPLES[0]), next(compiled.stream(SAMPLES))):
        for result in results:
            result += 1
