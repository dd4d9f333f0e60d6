"""Which rows a region computes when, what steps take, and which steps a limit of RAM leaves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import inf

import pytest
from drawn_networks import Q, add_case_node
from measured_layers import kernels_with
from small_graphs import Builder
from test_regions import M4, residual_network

from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ir.regions import Border, Slice, Take, rows_by_node
from torch_cortex_m.ops import operator
from torch_cortex_m.ops.conv2d.cases import SAME
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.conv_transpose2d.cases import case as transposed_case
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise_case
from torch_cortex_m.plan import plan_memory
from torch_cortex_m.schedule import Candidates, Search, largest_bytes, rows_in_pieces
from torch_cortex_m.schedule.candidates import (
    CYCLES_A_BYTE,
    CYCLES_A_CALL,
    ROWS_A_CALL,
    SCRATCH,
    RankedLayer,
    Step,
)
from torch_cortex_m.schedule.regions import RegionBuilder
from torch_cortex_m.schedule.search import CLOSE, MOST_ROWS, spans, total_cycles
from torch_cortex_m.schedule.slices import divisors
from torch_cortex_m.select import CostModel, rank_kernels
from torch_cortex_m.select.choice import Choice

GRAPH = residual_network()
"""3x3 convolutions, the last with a stride of 2; the first one's output goes around the second."""


@pytest.fixture(scope="module")
def candidates() -> Candidates:
    return candidates_of(GRAPH, ports_in_arena=False)


def candidates_of(graph: Graph, *, ports_in_arena: bool, pushed: str | None = None) -> Candidates:
    model = CostModel({})
    choice = Choice.best(graph, rank_kernels(graph, M4, model=model), model)
    return Candidates(choice, M4, ports_in_arena=ports_in_arena, pushed=pushed)


@pytest.mark.parametrize(
    ("rows", "windows", "calls"),
    [
        ((1, 1, 1, 1), {"rows": 3, "stem": 3, "middle": 1, "sum": 3}, (24, 24, 24, 12)),
        ((2, 4, 1, 3), {"rows": 5, "stem": 7, "middle": 4, "sum": 7}, (12, 6, 24, 4)),
        ((24, 24, 24, 12), {"rows": 26, "stem": 26, "middle": 24, "sum": 25}, (1, 1, 1, 1)),
    ],
)
def test_windows_hold_the_rows_that_readers_span(
    rows: Sequence[int], windows: dict[str, int], calls: Sequence[int]
) -> None:
    """And what is still there of the last call, where rows of a call do not divide those of the
    next one."""
    names = ("stem", "middle", "sum", "end")
    region = RegionBuilder(GRAPH).region(dict(zip(names, rows, strict=True)))
    assert region is not None
    assert {value: window.rows for value, window in region.windows.items()} == windows
    assert {value: window.border for value, window in region.windows.items()} == {
        "rows": 1,
        "stem": 1,
        "middle": 0,
        "sum": 1,
    }
    assert region.calls() == dict(zip(names, calls, strict=True))
    borders = {(a.output, a.first): a.rows for a in region.actions if isinstance(a, Border)}
    assert borders == {("rows", -1): 1, ("rows", 24): 1, ("stem", -1): 1, ("stem", 24): 1,
                       ("sum", -1): 1}  # fmt: skip
    assert region.order[0] in {i for i, a in enumerate(region.actions) if isinstance(a, Border)}


def test_rows_are_taken_as_the_first_reader_goes_on() -> None:
    builder = RegionBuilder(GRAPH)
    for rows, taken, window in ((1, 2, 3), (2, 4, 5), (3, 6, 7), (4, 8, 9), (12, 24, 25)):
        region = builder.region({"end": rows})
        assert region is not None
        (take,) = (action for action in region.actions if isinstance(action, Take))
        assert (take.output, take.rows) == ("sum", taken)
        assert region.windows["sum"].rows == window
    for rows in (5, 24):
        assert builder.region({"end": rows}) is None


@pytest.mark.parametrize(("every", "second", "taken"), [(1, 1, 1), (4, 1, 2), (2, 2, 2)])
def test_no_more_rows_are_taken_than_any_reader_goes_on_by(
    every: int, second: int, taken: int
) -> None:
    graph, shape = Graph("model"), (1, 12, 10, 3)
    graph.add_input("image", TensorType(shape, "int8", Q))
    for name, stride in (("every", 1), ("second", 2)):
        case = conv2d_case(name, shape, 4, padding=SAME, stride=(stride, stride))
        value = add_case_node(graph, case, "image")
        graph.outputs.append(Port(value, graph.types[value].shape))
    region = RegionBuilder(graph).region({"every": every, "second": second})
    assert region is not None
    assert [each.rows for each in region.actions if isinstance(each, Take)] == [taken]


@pytest.mark.parametrize(("rows", "window"), [(1, 7), (2, 8), (3, 9), (6, 12)])
def test_a_border_behind_the_last_row_comes_as_it_is_read(rows: int, window: int) -> None:
    """The three rows below an image for a 7 x 7 kernel take no room beside those that it spans."""
    graph = Graph("model")
    value = graph.add_input("rows", TensorType((1, 12, 10, 3), "int8", Q))
    value = add_case_node(graph, conv2d_case("stem", (1, 12, 10, 3), 4, (1, 1)), value)
    case = depthwise_case("wide", (1, 12, 10, 4), (7, 7), padding=(3, 3, 3, 3))
    value = add_case_node(graph, case, value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    region = RegionBuilder(graph).region({"stem": 1, "wide": rows})
    assert region is not None
    assert region.windows["stem"].rows == window


def test_nodes_that_join_rows_are_called_with_those_that_compute_them() -> None:
    """The first rows of an image, the last ones, and those between them, are pieces."""
    builder = RegionBuilder(rows_in_pieces(GRAPH, {"rows"}))
    rows = builder.rows_a_call(0, len(builder.nodes) - 1, 1)
    assert rows is not None
    region = builder.region(rows)
    assert region is not None
    calls = region.calls()
    assert calls["stem"] == sum(calls[name] for name in rows if name.startswith("stem.piece"))
    assert calls.keys() == rows.keys()


def test_nodes_that_need_the_whole_image_are_in_no_region() -> None:
    graph = residual_network()
    turned = graph.add_node(operator("transpose", permutation=(0, 2, 1, 3)), ("end",), "turned")
    builder = RegionBuilder(graph)
    assert turned not in builder.region({"sum": 1, "end": 1}).nodes  # type: ignore[union-attr]
    for rows in ({"end": 1, turned: 1}, {turned: 1}, {"sum": 1, "end": 1, turned: 10}):
        assert builder.region(rows) is None
    assert builder.rows_a_call(3, 4, 1) is None


def test_the_most_rows_that_divide_the_outputs() -> None:
    builder = RegionBuilder(GRAPH)
    assert divisors(12) == [1, 2, 3, 4, 6, 12]
    assert builder.rows_a_call(0, 3, 1) == dict.fromkeys(("stem", "middle", "sum", "end"), 1)
    assert builder.rows_a_call(2, 3, 7) == {"sum": 6, "end": 6}
    assert builder.rows_a_call(2, 3, 100) == {"sum": 24, "end": 12}


def test_the_cycles_of_a_region(candidates: Candidates) -> None:
    """The multiplications of all calls, a share for each action, and for what is moved."""
    work = sum(candidates.single(index)[-1].cycles for index in range(4))
    for most in ROWS_A_CALL:
        step = candidates.region(0, 3, most, 0)
        assert step is not None
        assert step.region is not None
        takes = [a for a in step.region.actions if isinstance(a, Take)]
        taken = sum(24 // take.rows * take.rows * 20 * 3 for take in takes)
        moved = 3 * 24 * 20 * 8 + 12 * 10 * 4 + taken
        expected = work + len(step.region.order) * CYCLES_A_CALL + moved * CYCLES_A_BYTE
        assert step.cycles == expected


def test_the_bytes_of_single_nodes(candidates: Candidates) -> None:
    """What is live, and the kernel's scratch memory; the sum lies in the place of an argument."""
    live = {0: 3840, 1: 7680, 2: 7680, 3: 3840}
    for index, bytes in live.items():
        for step in candidates.single(index):
            (layer,), (kernel,) = step.layers.values(), step.kernels.values()
            scratch = -(-kernel.scratch_bytes(layer) // 16) * 16
            assert (step.first, step.last, step.bytes) == (index, index, bytes + scratch)
    assert [candidates.bytes_after(index) for index in range(4)] == [3840, 7680, 3840, 0]


def test_the_bytes_of_a_region_are_those_of_its_windows(candidates: Candidates) -> None:
    """Here, all that is live beside them is in the caller's buffers; of nodes in the middle, what
    the first one computes is live, and what the last one leaves."""
    whole, part = candidates.region(0, 3, 1, 0), candidates.region(1, 2, 4, 0)
    assert whole is not None
    assert part is not None
    assert whole.bytes == whole.window_bytes
    assert part.bytes == part.window_bytes + 3840
    most = candidates.region(0, 3, 1, 1 << 30)
    assert most is not None
    assert most.bytes > whole.bytes


def test_kernels_by_scratch_memory() -> None:
    slow, middle, fast = kernels = kernels_with(3)
    ranked = RankedLayer(None, dict(zip(kernels, (10, 20, 30), strict=True)))  # type: ignore[arg-type]
    for scratch, best in (
        (30, fast),
        (100, fast),
        (29, middle),
        (20, middle),
        (19, slow),
        (0, slow),
    ):
        assert ranked.best(scratch) is best
    assert ranked.faster(slow) == [fast, middle]
    assert ranked.faster(fast) == []


def all_steps(candidates: Candidates, most_rows: int = 8) -> list[Step]:
    count = len(candidates.nodes)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    regions = (
        candidates.region(*span, rows, scratch)
        for span, rows, scratch in product(pairs, (1, 2, 4, 8), SCRATCH)
        if rows <= most_rows
    )
    singles = [step for index in range(count) for step in candidates.single(index)]
    return [*singles, *filter(None, regions)]


def fewest_cycles(steps: Sequence[Step], count: int, limit: int) -> float:
    """Of any steps from the first node to the last; infinite where none fit."""
    least = [0.0] + [inf] * count
    for first in range(count):
        for step in steps:
            if step.first == first and step.bytes <= limit:
                least[step.last + 1] = min(least[step.last + 1], least[first] + step.cycles)
    return least[count]


@pytest.mark.parametrize("most_rows", [1, 2, 8])
def test_the_steps_with_the_fewest_cycles_are_found(candidates: Candidates, most_rows: int) -> None:
    steps, search = all_steps(candidates, most_rows), Search(candidates, most_rows)
    limits = sorted({step.bytes for step in steps})[::3]
    assert len(limits) > 10 * (most_rows == 8)
    for limit in (limits[0] - 1, *limits, *(limit - 1 for limit in limits)):
        found, fewest = search.within(limit), fewest_cycles(steps, 4, limit)
        if found is None:
            assert fewest == inf
            continue
        assert total_cycles(found) == fewest
        assert largest_bytes(found) <= limit
        assert [step.first for step in found[1:]] == [step.last + 1 for step in found[:-1]]
        assert (found[0].first, found[-1].last) == (0, 3)


def test_one_region_takes_the_place_of_two_where_regions_count_more() -> None:
    """Between two large values there is a small one, which may lie whole."""
    build = Builder()
    value = build.input(1, 16, 16, 2)
    for channels in (16, 2, 16, 2):
        value = build.conv(value, channels)
    build.output(value)
    search = Search(candidates_of(build.graph, ports_in_arena=True))
    two, one = search.within(1024), search.within(1024, more_a_region=1e6)
    assert two is not None
    assert one is not None
    assert (spans(two), spans(one)) == (((0, 1), (2, 3)), ((0, 3),))
    saved = total_cycles(one) - total_cycles(two)
    for more, found in ((saved - 0.5, two), (saved + 0.5, one)):
        assert search.within(1024, more_a_region=more) == found


def test_single_nodes_do_not_count_more(candidates: Candidates) -> None:
    """Two of them and a region, instead of a larger region."""
    search = Search(candidates)
    found = search.within(5024)
    assert found is not None
    assert spans(found) == ((0, 0), (1, 2), (3, 3))
    assert search.within(5024, more_a_region=1e6) == found


def test_a_region_may_begin_with_the_only_node_above_the_limit() -> None:
    """Its output, four times its input, cannot lie over that."""
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 12, 10, 8), "int8", Q))
    value = add_case_node(graph, transposed_case("first", (1, 12, 10, 8), 8, (2, 2)), value)
    fields = {"padding": SAME, "stride": (2, 2)}
    value = add_case_node(graph, conv2d_case("second", (1, 24, 20, 8), 1, **fields), value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    candidates = candidates_of(graph, ports_in_arena=True)
    limit = min(step.bytes for step in candidates.single(0)) - 1
    assert limit >= max(step.bytes for step in candidates.single(1))
    found = Search(candidates).within(limit)
    assert found is not None
    assert total_cycles(found) == fewest_cycles(all_steps(candidates), 2, limit)


def test_what_leaves_a_region_for_the_caller_shares_no_memory() -> None:
    """The other one that leaves it has the place of rows of what both are computed from."""
    build = Builder()
    value = build.conv(build.input(1, 8, 8, 4), 8, "both")
    given, kept = build.conv(value, 4, "given"), build.conv(value, 4, "kept")
    build.output(given, build.conv(kept, 1, "end"))
    step = candidates_of(build.graph, ports_in_arena=False).region(1, 2, 1, 0)
    assert step is not None
    assert 512 <= step.bytes - step.window_bytes < 512 + 256


@pytest.mark.parametrize("channels", [(16, 4), (4, 16)])
def test_outputs_of_a_region_share_the_most_that_one_of_them_can(channels: Sequence[int]) -> None:
    """The larger one lies over the image, of 1024 bytes, but for a row."""
    build = Builder()
    image = build.input(1, 8, 8, 16)
    build.output(*(build.conv(image, each) for each in channels))
    step = candidates_of(build.graph, ports_in_arena=True).region(0, 1, 1, 0)
    assert step is not None
    assert step.region is not None
    plan = plan_memory(build.graph, {}, {}, ports_in_arena=True, regions=[step.region])
    assert step.bytes == plan.arena_bytes == 1024 + 128 + 256


def test_nothing_is_left_to_refine(candidates: Candidates) -> None:
    search = Search(candidates)
    for limit in (1200, 1500, 1800, 2200, 2600, 3000, 6000):
        rough, fine = search.within(limit), search.refined(limit)
        assert rough is not None
        assert fine is not None
        assert largest_bytes(fine) <= limit
        assert total_cycles(fine) <= total_cycles(rough)
        for step in fine:
            assert step.region is None or is_refined(candidates, step, limit)
    assert total_cycles(search.refined(1800) or []) < total_cycles(search.within(1800) or [])


def is_refined(candidates: Candidates, step: Step, limit: int) -> bool:
    """No node computes more rows a call for less."""
    assert step.region is not None
    rows = rows_by_node(step.region)
    for node, now in rows.items():
        more = candidates.more_rows(node, now)
        if more is None or more > MOST_ROWS:
            continue
        other = candidates.by_rows(step.first, {**rows, node: more}, step.scratch)
        if other is not None and other.bytes <= limit and other.cycles < step.cycles:
            return False
    return True


def test_a_node_computes_the_next_number_of_rows_that_divides(candidates: Candidates) -> None:
    assert [candidates.more_rows("end", rows) for rows in (1, 4, 6, 12)] == [2, 6, 12, None]


def test_the_least_is_found_from_above_and_from_below(candidates: Candidates) -> None:
    search = Search(candidates)
    least = largest_bytes(search.least(100_000))
    assert least == largest_bytes(search.least(1))
    assert search.within(least - CLOSE) is None
    assert least == min(step.bytes for step in all_steps(candidates) if step.last - step.first == 3)
    whole = search.singles_only()
    assert [step.bytes for step in whole] == [3840, 7680, 7680, 3840]


def test_a_layer_that_rows_are_pushed_to_is_never_computed_at_once() -> None:
    """Not even where nothing lies in the arena."""
    build = Builder()
    image = build.input(1, 8, 8, 4)
    build.output(build.conv(image, 8))
    for pushed, whole in ((None, [0]), (image, [])):
        candidates = candidates_of(build.graph, ports_in_arena=False, pushed=pushed)
        assert [step.bytes for step in Search(candidates).singles_only()] == whole


def test_slices_are_called_for_all_rows(candidates: Candidates) -> None:
    step = candidates.region(0, 3, 4, 0)
    assert step is not None
    assert step.region is not None
    for each in step.region.actions:
        if isinstance(each, Slice):
            layer = step.layers[each.node]
            assert layer.output.shape[1] == each.rows
            for argument, read in each.reads.items():
                assert layer.types[argument].shape[1] == read.count
