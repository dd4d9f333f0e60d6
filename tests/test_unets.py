"""Networks that go down to small images and up again, with skips around, in rows: upsampling and
transposed convolutions compute a few rows between those that they read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from conftest import needs_emulator
from drawn_networks import Q, add_case_node
from test_regions import check_execution, drawn_inputs
from torch import Tensor, nn

import torch_cortex_m as tcm
from torch_cortex_m.generate import LEAST, Generated, Preferences, generate, generate_all
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.model.verify import reference_values
from torch_cortex_m.ops.conv2d.cases import SAME
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.conv_transpose2d.cases import case as transposed_case
from torch_cortex_m.runner import Runner
from torch_cortex_m.schedule import RowsByNode, rows_in_pieces, whole_periods
from torch_cortex_m.schedule.regions import RegionBuilder
from torch_cortex_m.target import CORES, HOST, Target


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, padding=1), nn.ReLU())


class UNet(nn.Module):
    """ups: from the smallest image up; what is larger than the skip beside it is cut."""

    def __init__(self, *ups: nn.Module) -> None:
        super().__init__()
        count = len(ups)
        self.stem = block(3, 4)
        self.downs = nn.ModuleList(block(4 * (i + 1), 4 * (i + 2), 2) for i in range(count))
        self.ups = nn.ModuleList(ups)
        self.joins = nn.ModuleList(block(4 * (2 * i + 3), 4 * (i + 1)) for i in range(count))
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        value = self.stem(image)
        skips: list[Tensor] = []
        for down in self.downs:
            skips.append(value)
            value = down(value)
        for up in self.ups:
            skip = skips.pop()
            value = up(value)[:, :, : skip.shape[2], : skip.shape[3]]
            value = self.joins[len(skips)](torch.cat([skip, value], 1))
        return self.head(value)


def even() -> UNet:
    """All sizes are twice the smaller ones."""
    return UNet(
        nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(12, 12, 3, 2, padding=1, output_padding=1),
        nn.ConvTranspose2d(8, 8, 2, 2),
    )


def odd() -> UNet:
    """27, 14, 7 and 4 rows: without output padding, there are as many as beside them; otherwise
    there is one more, which nobody reads."""
    return UNet(
        nn.ConvTranspose2d(16, 16, 2, 2),
        nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(8, 8, 3, 2, padding=1),
    )


def pooled() -> nn.Module:
    """Of 25 rows the pool reads 24."""
    return nn.Sequential(
        block(3, 6),
        nn.MaxPool2d(2),
        block(6, 4),
        nn.ConvTranspose2d(4, 5, 4, 2, padding=1),
        nn.Upsample(scale_factor=(2, 1)),
        block(5, 2),
    )


def smooth() -> nn.Module:
    """Rows at the border are not as the others: of an average that counts no padding, and of
    bilinear interpolation. 9, 18 and 35 rows."""
    return nn.Sequential(
        block(3, 5),
        nn.AvgPool2d(3, 2, padding=1, count_include_pad=False),
        block(5, 4),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.AvgPool2d(3, 1, padding=1),
        nn.Upsample(size=(35, 11), mode="bilinear", align_corners=True),
        block(4, 2),
    )


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int]]] = {
    "even": (even, (16, 16)),
    "odd": (odd, (27, 11)),
    "pooled": (pooled, (25, 14)),
    "smooth": (smooth, (17, 11)),
}


def compiled(name: str, target: str, ram: int | None = None) -> CompiledModel:
    build, size = NETWORKS[name]
    generator = torch.Generator().manual_seed(1)
    images = [torch.randn(1, 3, *size, generator=generator) for _ in range(2)]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build().eval()
    calibration = [(image,) for image in images]
    return tcm.compile(model, (images[0],), calibration=calibration, target=target, ram=ram)


@pytest.fixture(scope="module")
def graphs() -> dict[str, Graph]:
    found = {name: compiled(name, "host").generated.graph for name in NETWORKS}
    return {name: rows_in_pieces(whole_periods(graph)) for name, graph in found.items()}


@pytest.mark.parametrize(
    "target",
    [HOST, pytest.param(CORES["cortex-m4"], marks=needs_emulator)],
    ids=lambda target: target.name,
)
def test_every_layer_in_one_region_is_exact(graphs: dict[str, Graph], target: Target) -> None:
    regions: dict[str, list[RowsByNode]] = {}
    for name, graph in graphs.items():
        builder = RegionBuilder(graph)
        rows = builder.rows_a_call(0, len(builder.nodes) - 1, 1)
        assert rows is not None
        assert max(rows.values()) <= 2
        regions[name] = [rows]
    check_all_layers(generate_all(graphs, target, regions=regions), target)


def check_all_layers(generated: list[Generated], target: Target) -> None:
    inputs = [drawn_inputs(np.random.default_rng(1), each.graph) for each in generated]
    with Runner([each.program for each in generated], target, trace=True) as run:
        executions = run.run((i, [x.tobytes() for x in xs]) for i, xs in enumerate(inputs))
    for each, values, execution in zip(generated, inputs, executions, strict=True):
        check_execution(each, reference_values(each.graph, [values])[0], execution)


def test_a_budget_is_kept() -> None:
    whole, by_rows = compiled("pooled", "host"), compiled("pooled", "host", 1_000)
    assert whole.report.arena_bytes > 2_000 > 1_000 >= by_rows.report.arena_bytes
    inside = {name for region in by_rows.generated.plan.regions for name in region.nodes}
    operators = {node.op.name for node in by_rows.generated.graph.nodes if node.name in inside}
    assert {"conv2d", "max_pool2d", "conv_transpose2d", "gather"} <= operators
    by_rows.verify()


def test_a_budget_is_kept_in_pieces() -> None:
    whole, by_rows = compiled("smooth", "host"), compiled("smooth", "host", 700)
    assert whole.report.arena_bytes > 2_000 > 700 >= by_rows.report.arena_bytes
    inside = {name for region in by_rows.generated.plan.regions for name in region.nodes}
    assert {"1.piece2", "1", "3.piece2", "3", "5.piece2", "5", "6.0"} <= inside
    by_rows.verify()


def test_rows_that_end_within_a_period() -> None:
    """27 from 14: the 28th is computed, and left out."""
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 14, 6, 3), "int8", Q))
    value = add_case_node(graph, conv2d_case("stem", (1, 14, 6, 3), 8, padding=SAME), value)
    value = add_case_node(graph, transposed_case("up", (1, 14, 6, 8), 8, padding=(1, 1)), value)
    value = add_case_node(graph, conv2d_case("end", (1, 27, 11, 8), 2, padding=SAME), value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    generated = generate(graph, HOST, preferences=Preferences(ram_bytes=LEAST))
    (region,) = generated.plan.regions
    assert {"up.periods", "up", "end"} <= region.calls().keys()
    assert generated.plan.arena_bytes < graph.types["up"].bytes / 2
    check_all_layers([generated], HOST)
