"""The places of what maximum pools take: PyTorch's of quantized elements, the first of equals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as functional
from frontend_checks import Function, random_tensors, seeded
from torch import Tensor

from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.run.reference import run_reference

IMAGE = (2, 3, 7, 8)

Pool = Callable[[Tensor], tuple[Tensor, Tensor]]


def plain(*window: object, ceil_mode: bool = False, dilation: object = 1) -> Pool:
    fields = {"ceil_mode": ceil_mode, "dilation": dilation, "return_indices": True}
    return lambda x: functional.max_pool2d(x, *window, **fields)  # type: ignore[arg-type]


POOLS: list[Pool] = [
    plain(2),
    plain((3, 2), (2, 1)),
    plain(3, 2, 1),
    plain(3, 2, 1, ceil_mode=True),
    plain((3, 2), 1, (1, 0), dilation=2),
    lambda x: functional.adaptive_max_pool2d(x, (3, 5), return_indices=True),
    lambda x: functional.max_pool1d(x.flatten(1, 2), 3, 2, 1, return_indices=True),
    lambda x: functional.adaptive_max_pool1d(x.flatten(1, 2), 3, return_indices=True),
]


def test_indices_of_pools() -> None:
    """Also where all elements are as small as can be, so that padding would tie with them."""
    model = Function(lambda m, x: [pool(x) for pool in POOLS] + [pool(x)[1] for pool in POOLS])
    data = [random_tensors((IMAGE,), seed) for seed in range(3)]
    graph = import_quantized(quantized_program(model, data[0], data), "model")
    (node,) = (node for node in graph.nodes if node.op.name == "quantize")
    for image in (data[0][0], torch.full(IMAGE, -1e3), torch.zeros(IMAGE)):
        seen: dict[str, np.ndarray] = {}
        got = run_reference(graph, [image.numpy()], seen.__setitem__)
        integers = torch.from_numpy(seen[node.output]).float()
        expected = [pool(integers)[1].numpy() for pool in POOLS]
        for one, other, again in zip(expected, got[1:16:2], got[16:], strict=True):
            np.testing.assert_array_equal(one, other)
            np.testing.assert_array_equal(one, again)


def test_a_table_of_indices_at_computed_places() -> None:
    table = torch.tensor([7, -3, 1 << 20])
    model = Function(lambda m, x: m.table[x.argmax(1)] + 1, table=table)
    data = [random_tensors(((4, 3),), seed) for seed in range(3)]
    graph = import_quantized(quantized_program(model, data[0], data), "model")
    (got,) = run_reference(graph, [data[0][0].numpy()])
    np.testing.assert_array_equal(got, table[data[0][0].argmax(1)].numpy() + 1)


def test_heads_that_share_keys_and_values() -> None:
    def attention(m: Function, q: Tensor, k: Tensor, v: Tensor) -> list[Tensor]:
        repeated = (each.repeat_interleave(2, -3) for each in (k, v))
        shared = functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
        return [shared, functional.scaled_dot_product_attention(q, *repeated)]

    shapes = ((1, 4, 5, 8), (1, 2, 6, 8), (1, 2, 6, 8))
    data = [random_tensors(shapes, seed) for seed in range(3)]
    graph = import_quantized(quantized_program(Function(attention), data[0], data), "model")
    one, other = run_reference(graph, [tensor.numpy() for tensor in data[0]])
    np.testing.assert_array_equal(one, other)


def test_integers_in_order() -> None:
    numbers = torch.stack([torch.randperm(9, generator=seeded(each)) - 4 for each in range(3)])
    model = Function(lambda m, i: [*i.sort(0), *i.topk(3), *(i * 70000).sort(1, True)])
    graph = import_quantized(quantized_program(model, (numbers,), [(numbers,)]), "model")
    got = run_reference(graph, [numbers.to(torch.int32).numpy()])
    for one, other in zip(got, model(numbers), strict=True):
        np.testing.assert_array_equal(one[:, :3], other.numpy()[:, :3])
