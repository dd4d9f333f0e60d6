"""What PyTorch has many spellings for, as people write it: one model a family, with a result for
each spelling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, flat_outputs
from torch import Tensor

from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.ir import Graph, verify
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import run_reference

Body = Callable[..., Tensor]

ROW = torch.linspace(-1.5, 1.2, 8)
MATRIX = torch.randn(5, 8, generator=torch.Generator().manual_seed(7))
PLACES = torch.tensor([[0, 3, 5], [1, 2, 7]])
INFINITE = float("inf")

MEAN_STEPS = 1.0
"""The most that a result may be further from the float model on average than the converted program
is, in its steps."""


def samples(*kinds: tuple, count: int = 6) -> list[tuple[Tensor, ...]]:
    generator = torch.Generator().manual_seed(4)

    def tensor(shape: tuple[int, ...], dtype: torch.dtype = torch.float32) -> Tensor:
        real = torch.randn(shape, generator=generator)
        if dtype == torch.int64:
            return torch.randint(0, 5, shape, generator=generator)
        return real > 0 if dtype == torch.bool else real

    return [tuple(tensor(*kind) for kind in kinds) for _ in range(count)]


def checked(bodies: list[Body], *kinds: tuple) -> Graph:
    """All bodies in one model, against the float model and PT2E's program."""
    model = Function(lambda m, *inputs: tuple(body(*inputs) for body in bodies)).eval()
    data = samples(*kinds)
    program = quantized_program(model, data[0], data)
    graph = import_quantized(program, "model")
    verify(graph)
    graph = run_passes(graph)
    for sample in data[:2]:
        expected, converted = flat_outputs(model, sample), flat_outputs(program, sample)
        inputs = [
            to_port(graph, port, tensor.numpy(), raw=False)
            for port, tensor in zip(graph.inputs, sample, strict=True)
        ]
        for place, (port, value) in enumerate(
            zip(graph.outputs, run_reference(graph, inputs), strict=True)
        ):
            got = from_port(graph, port, value, raw=False)
            quantization = graph.types[port.value].quantization
            assert got.shape == expected[place].shape, place
            if quantization is None:
                assert got.dtype == expected[place].dtype
                np.testing.assert_array_equal(got, converted[place], err_msg=str(place))
                continue
            cost = np.abs(converted[place] - expected[place]).mean() / quantization.scale
            error = np.abs(got - expected[place]).mean() / quantization.scale
            assert error <= cost + MEAN_STEPS, f"result {place}: {error:.2f}, not {cost:.2f} steps"
    return graph


NORMS: list[Body] = [
    lambda x, y: x.norm(p=1, dim=-1),
    lambda x, y: x.norm(p=INFINITE, dim=1),
    lambda x, y: torch.linalg.vector_norm(x, -INFINITE, dim=1, keepdim=True),
    lambda x, y: torch.linalg.vector_norm(torch.relu(x), 0, dim=1),
    lambda x, y: torch.linalg.vector_norm(x, 3, dim=(0, 1)),
    lambda x, y: torch.linalg.norm(x, dim=-1),
    lambda x, y: torch.linalg.matrix_norm(x),
    lambda x, y: torch.norm(x, 1),
    lambda x, y: functional.normalize(x, p=1.0, dim=-1),
    lambda x, y: functional.normalize(x, p=INFINITE, dim=-1),
    lambda x, y: torch.dist(x, y),
    lambda x, y: torch.cdist(x, y),
    lambda x, y: torch.cdist(x, MATRIX),
    lambda x, y: torch.cdist(x, y, p=1.0),
    lambda x, y: torch.cdist(x, y, p=INFINITE),
    lambda x, y: functional.pairwise_distance(x, y),
    lambda x, y: functional.pairwise_distance(x, y, p=1.0),
    lambda x, y: functional.cosine_similarity(x.unsqueeze(1), MATRIX, dim=-1),
    lambda x, y: functional.triplet_margin_loss(x, y, x * y),
    lambda x, y: x.logsumexp(1),
]

PRODUCTS: list[Body] = [
    lambda x, y: torch.mv(MATRIX, x[0]),
    lambda x, y: torch.mv(x, y[0]),
    lambda x, y: torch.dot(x[0], y[1]),
    lambda x, y: torch.addmv(y[0, :5], MATRIX, x[0], beta=0.5),
    lambda x, y: torch.addr(y[:, :2], x[:, 0], y[1, :2]),
    lambda x, y: torch.tensordot(x, y.t(), dims=1),
    lambda x, y: torch.inner(x, y),
    lambda x, y: torch.kron(x, y[:, :2]),
    lambda x, y: torch.linalg.multi_dot([x, y.t(), x]),
    lambda x, y: torch.linalg.cross(x[:, :3], y[:, :3]),
    lambda x, y: torch.cross(x[:, :3], y[:, :3], dim=-1),
    lambda x, y: (x + 1).prod(1),
    lambda x, y: x[:, :3].prod(),
    lambda x, y: torch.prod(x, 0, keepdim=True),
    lambda x, y: torch.trace(x[:, :2]),
    lambda x, y: torch.hypot(x, y),
    lambda x, y: torch.logaddexp(x, y),
    lambda x, y: torch.fmin(torch.fmax(x, y), y + 1),
    lambda x, y: torch.clamp(x, min=y),
    lambda x, y: torch.clamp(x, ROW - 1, ROW),
    lambda x, y: x * torch.isfinite(y),
]

MASKS: list[Body] = [
    lambda x, y, k: x * k,
    lambda x, y, k: x + k,
    lambda x, y, k: x - k.type_as(x),
    lambda x, y, k: x * k.to(torch.float32),
    lambda x, y, k: (x > 0) ^ (y > 0),
    lambda x, y, k: torch.logical_xor(k, y > 0),
    lambda x, y, k: (x > 0).any(1),
    lambda x, y, k: (x > -1).all(-1, keepdim=True),
    lambda x, y, k: k.any(),
    lambda x, y, k: torch.relu(x).any(0),
    lambda x, y, k: (x * k).sum(1) / k.sum(1).clamp(min=1),
    lambda x, y, k: torch.count_nonzero(x > 0, dim=1) * 0.5,
    lambda x, y, k: x.sum(1) / (1 + (x > 0).sum(1)),
]

ORDER: list[Body] = [
    lambda x, y: x.argsort(),
    lambda x, y: torch.argsort(x, dim=1, descending=True),
    lambda x, y: torch.msort(x),
    lambda x, y: x.median(),
    lambda x, y: x.median(1).values,
    lambda x, y: torch.kthvalue(x, 2, -1)[1],
    lambda x, y: torch.aminmax(x, dim=1)[0],
    lambda x, y: x.index_select(1, y.mean(0).topk(3)[1]),
]


def changed(change: Callable[[Tensor, Tensor], None]) -> Body:
    """The first tensor after an assignment."""

    def body(x: Tensor, y: Tensor) -> Tensor:
        x = x.clone()
        change(x, y)
        return x

    return body


def columns(x: Tensor, y: Tensor) -> None:
    x[:, torch.tensor([1, 3])] = 0.5


def swapped(x: Tensor, y: Tensor) -> None:
    x[:, [0, 2]] = x[:, [2, 0]]


def points(x: Tensor, y: Tensor) -> None:
    x[[0, 1], [2, 3]] = 0.25


def increased(x: Tensor, y: Tensor) -> None:
    x[:, [0, 2]] += 1.0


def every_second(x: Tensor, y: Tensor) -> None:
    x[..., ::2] += y[:, :4]


ASSIGNMENTS: list[Body] = [
    *map(changed, (columns, swapped, points, increased, every_second)),
    lambda x, y: x.scatter(1, PLACES, y),
    lambda x, y: x.scatter(1, PLACES, 0.5),
    lambda x, y: torch.zeros(2, 8).scatter_(1, PLACES, y[:, :3]),
    lambda x, y: x.scatter_add(1, torch.tensor([[0, 3, 3], [1, 2, 7]]), y),
    lambda x, y: x.index_add(1, torch.tensor([0, 3, 3]), y[:, :3]),
    lambda x, y: torch.zeros(4, 8).index_add(0, torch.tensor([1, 1]), y),
    lambda x, y: x.index_copy(1, torch.tensor([0, 3, 5]), y[:, :3]),
    lambda x, y: x.index_fill(1, torch.tensor([0, 3]), 0.5),
    lambda x, y: x.masked_scatter(torch.arange(8) % 2 == 0, y),
    lambda x, y: x.index_put((torch.tensor([0, 0]),) * 2, y[:, 0], accumulate=True),
    lambda x, y: torch.diagonal_scatter(x, y[0, :2]),
    lambda x, y: x.put(torch.tensor([0, 9]), y[0, :2]),
]

WINDOWS: list[Body] = [
    lambda x: functional.local_response_norm(x, 3),
    lambda x: functional.local_response_norm(x.flatten(2), 2, alpha=1.0),
    lambda x: functional.lp_pool2d(x, 2, 2),
    lambda x: functional.lp_pool1d(x.flatten(2), 1, 3),
    lambda x: functional.max_pool3d(x, 2),
    lambda x: functional.avg_pool3d(x, (2, 3, 1), stride=1),
    lambda x: functional.adaptive_avg_pool3d(x, 1),
    lambda x: functional.fold(functional.unfold(x, 3, padding=1), (8, 8), 3, padding=1),
    lambda x: functional.fold(x.reshape(1, 16, 16)[..., :9], (5, 5), 3 - 1, dilation=2),
    lambda x: functional.fold(x.reshape(16, 16), (5, 5), 2),
]

INDICES: list[Body] = [
    lambda x, y, i: x.argmax(1) == 1,
    lambda x, y, i: (x.argmax(1) == y.argmax(1)).float(),
    lambda x, y, i: x.argmax(-1) > 2,
    lambda x, y, i: torch.where((x.argmax(1) == 0)[:, None], x, 0.0),
    lambda x, y, i: x.argmax(1).float() / 7,
    lambda x, y, i: i == 0,
    lambda x, y, i: (i != torch.tensor([0, 1, 2])).float(),
    lambda x, y, i: x[:, :3] * (i != 0),
    lambda x, y, i: x[:, :3] * (torch.arange(3)[None] < i[:, :1]),
    lambda x, y, i: functional.one_hot(i, 5).float(),
    lambda x, y, i: functional.one_hot(x.argmax(1), 8) * x,
    lambda x, y, i: (x > 0).long() * y,
    lambda x, y, i: MATRIX[i],
    lambda x, y, i: MATRIX[x[:, :5].argmax(1)],
    lambda x, y, i: x.gather(1, i),
    lambda x, y, i: x.gather(1, x.argmax(1).unsqueeze(1)).squeeze(1),
    lambda x, y, i: torch.take_along_dim(x, x.argsort(1), 1),
    lambda x, y, i: y.gather(1, x.topk(3)[1]),
    lambda x, y, i: (x.unsqueeze(-1) * y[:, None, :4]).gather(1, i[:, :, None].expand(2, 3, 4)),
    lambda x, y, i: y.t().gather(0, i.t()[:2]),
    lambda x, y, i: x[torch.arange(2), x.argmax(1)],
    lambda x, y, i: y[torch.arange(2)[:, None], x.topk(3)[1]],
]


def unpooled(x: Tensor, *parameters: int) -> Tensor:
    values, indices = functional.max_pool2d(x, *parameters, return_indices=True)
    return functional.max_unpool2d(values * 2, indices, *parameters, output_size=x.shape[-2:])


def unpooled_rows(x: Tensor) -> Tensor:
    values, indices = functional.max_pool1d(x.flatten(1, 2), 3, return_indices=True)
    return functional.max_unpool1d(values, indices, 3, output_size=(8,))


POOLING: list[Body] = [
    lambda x: unpooled(x, 2),
    lambda x: unpooled(torch.relu(x), 3),
    unpooled_rows,
    lambda x: functional.max_pool2d(functional.pad(x, (0, 1, 0, 1), value=-INFINITE), 2),
    lambda x: functional.max_pool2d(functional.pad(x - 5, (1, 1), value=-INFINITE), 3, 2),
]

ROWS = ((2, 8), (2, 8))
FAMILIES: dict[str, tuple[list[Body], tuple[tuple, ...]]] = {
    "norms": (NORMS, tuple((shape,) for shape in ROWS)),
    "products": (PRODUCTS, tuple((shape,) for shape in ROWS)),
    "masks": (MASKS, (*((shape,) for shape in ROWS), ((2, 8), torch.bool))),
    "order": (ORDER, tuple((shape,) for shape in ROWS)),
    "assignments": (ASSIGNMENTS, tuple((shape,) for shape in ROWS)),
    "windows": (WINDOWS, (((1, 4, 8, 8),),)),
    "indices": (INDICES, (*((shape,) for shape in ROWS), ((2, 3), torch.int64))),
    "pooling": (POOLING, (((1, 4, 8, 8),),)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_spellings(family: str) -> None:
    bodies, kinds = FAMILIES[family]
    checked(bodies, *kinds)
