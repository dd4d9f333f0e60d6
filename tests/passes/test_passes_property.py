"""Random graphs: every pass keeps every output of every graph, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from math import prod

import numpy as np
from graph_builder import GraphBuilder, check_same
from hypothesis import given, note, settings
from hypothesis import strategies as st

from torch_cortex_m import ops
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import Graph, format_graph, verify
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.rules.checks import MAX_RANK
from torch_cortex_m.passes import PASSES, run_passes
from torch_cortex_m.passes.apply_layouts import apply_layouts
from torch_cortex_m.passes.choose_layouts import choose_layouts, clean, transposed_bytes
from torch_cortex_m.passes.layouts import Layouts

Step = Callable[[st.DrawFn, GraphBuilder, str], str]
LARGEST = 600
"""Elements of a value that further operators may read."""

int8 = st.integers(-128, 127)


def windows(draw: st.DrawFn, build: GraphBuilder, x: str) -> dict:
    """A kernel, and a stride and a padding that fit it."""
    kernel = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    padding = tuple(draw(st.integers(0, kernel[side % 2] // 2)) for side in range(4))
    stride = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    return {"kernel": kernel, "padding": padding, "stride": stride}


def conv(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    fields = windows(draw, build, x)
    return build.conv(x, draw(st.integers(1, 3)), zero_point=draw(int8), **fields)


def depthwise(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.depthwise(x, zero_point=draw(int8), **windows(draw, build, x))


def max_pool(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.max_pool(x, ceil_mode=draw(st.booleans()), **windows(draw, build, x))


def avg_pool(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    fields = {"ceil_mode": draw(st.booleans()), "count_include_pad": draw(st.booleans())}
    fields["divisor_override"] = draw(st.sampled_from([0, 0, 3]))
    return build.avg_pool(x, **windows(draw, build, x), **fields)


def conv1d(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.conv1d(x, draw(st.integers(1, 3)), draw(st.integers(1, 3)))


def linear(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.linear(x, draw(st.integers(1, 4)))


def relu(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.relu(x, draw(st.sampled_from([127, 40])))


def clamp(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.clamp(x, *sorted((draw(int8), draw(int8))))


def identity(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.clamp(x, -128, 127)


def requantize(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.requantize(x, draw(int8))


def softmax(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.softmax(x)


def pad(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    sizes = [draw(st.integers(0, 2)) for _ in range(2 * len(build.shape(x)))]
    return build.pad(x, *sizes, value=draw(st.sampled_from([None, -128, 5])))


def pad_image(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.pad_image(x, 1, value=draw(st.sampled_from([None, None, -128, 5])))


def pad_sequence(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.pad(x, 0, 0, 0, 0, draw(st.integers(0, 2)), draw(st.integers(0, 2)))


def flatten(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.flatten(x)


def flatten_to_linear(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.linear(build.flatten(x), draw(st.integers(1, 4)))


def transpose(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    rank = len(build.shape(x))
    return build.transpose(x, *draw(st.sampled_from(list(permutations(range(rank))))))


def unsqueeze(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    shape = list(build.shape(x))
    shape.insert(draw(st.integers(0, len(shape))), 1)
    return build.reshape(x, *shape)


def squeeze(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.reshape(x, *(size for size in build.shape(x) if size != 1), 1)


def regroup(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    size = prod(build.shape(x))
    divisor = draw(st.sampled_from([n for n in range(1, size + 1) if size % n == 0]))
    return build.reshape(x, divisor, size // divisor)


def add_constant(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    shape = build.shape(x)[draw(st.integers(0, len(build.shape(x)))) :]
    shape = tuple(draw(st.sampled_from([1, size])) for size in shape)
    return build.add(x, build.constant(*shape))


def add_to_constant(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.add(build.constant(*build.shape(x)), x)


def global_average_add(draw: st.DrawFn, build: GraphBuilder, x: str) -> str:
    return build.add(x, build.global_average(x))


ANY: list[Step] = [relu, clamp, identity, requantize, softmax, pad, transpose, squeeze, regroup]
ANY += [add_constant, add_to_constant]
IMAGE: list[Step] = [conv, conv, depthwise, max_pool, avg_pool, pad_image, pad_image]
IMAGE += [flatten_to_linear, flatten, global_average_add]
SEQUENCE: list[Step] = [conv1d, conv1d, pad_sequence, flatten_to_linear, flatten, linear]


SAME_SHAPE: list[Step] = [relu, clamp, requantize, add_constant]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to ten steps, each on any earlier value; then some values are outputs."""
    build = GraphBuilder(draw(st.integers(0, 2**32 - 1)))
    size = st.integers(1, 5)
    shapes = st.one_of(
        st.tuples(st.integers(1, 2), size, size, size), st.tuples(st.integers(1, 2), size, size)
    )
    values = [build.input(*draw(shapes), zero_point=draw(int8)) for _ in range(draw(size) // 4 + 1)]
    for _ in range(draw(st.integers(1, 10))):
        values += step(draw, build, values)
    outputs = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
    for value in dict.fromkeys([*outputs, values[-1]]):
        build.output(value)
    return build.graph


def fits_between_int8(case: Case) -> bool:
    """Whether the case takes and gives small int8 tensors, which can be transposed."""
    given = [case.tensors[name] for name in case.given()]
    graph = case_graph(case)
    return all(graph.types[port.value].dtype == "int8" for port in graph.outputs) and all(
        data is not None
        and data.dtype == np.int8
        and 1 <= data.ndim <= MAX_RANK
        and data.size <= LARGEST
        for data in given
    )


CASES = {name: [c for c in ops.cases(name) if fits_between_int8(c)] for name in ops.definitions()}


def operand(draw: st.DrawFn, build: GraphBuilder, shape: Sequence[int]) -> str:
    """A value of this shape, behind operators that passes move, merge or fold."""
    axes = draw(st.permutations(range(len(shape))))
    border = [draw(st.integers(0, min(1, (size - 1) // 2))) for size in shape]
    sizes = [shape[axis] - 2 * border[axis] for axis in axes]
    x = build.transpose(build.input(*sizes, zero_point=draw(int8)), *np.argsort(axes).tolist())
    x = build.pad(x, *np.repeat(border, 2).tolist(), value=draw(st.sampled_from([None, -128, 5])))
    for chosen in draw(st.lists(st.sampled_from(SAME_SHAPE), max_size=2)):
        x = chosen(draw, build, x)
    return x


@st.composite
def graphs_around_cases(draw: st.DrawFn) -> Graph:
    """A case of any operator, between operators that passes move, merge or fold."""
    build = GraphBuilder(draw(st.integers(0, 2**32 - 1)))
    case = draw(st.sampled_from(CASES[draw(st.sampled_from([n for n in CASES if CASES[n]]))]))
    inputs: list[str | None] = []
    for name in case.op.tensor_names():
        data = case.tensors.get(name)
        if data is None:
            inputs.append(None)
        elif name in case.given():
            inputs.append(operand(draw, build, data.shape))
        else:
            inputs.append(build.graph.add_constant(name, data.copy()))
    moves = case.op.reshapes or case.op.moved_axes() is not None or case.op.border() is not None
    # Data movement keeps the quantization.
    values = [*build.nodes(case.op, *inputs, zero_point=None if moves else draw(int8))]
    for _ in range(draw(st.integers(0, 3))):
        values += step(draw, build, values)
    build.output(values[-1])
    return build.graph


def step(draw: st.DrawFn, build: GraphBuilder, values: list[str]) -> list[str]:
    """One operator more, if it fits its input; mostly on the latest value."""
    x = values[-1] if draw(st.integers(0, 3)) else draw(st.sampled_from(values))
    rank = len(build.shape(x))
    if prod(build.shape(x)) > LARGEST:
        return []
    others = [v for v in values if v != x and build.shape(v) == build.shape(x)]
    if others and draw(st.booleans()):
        return [build.add(x, draw(st.sampled_from(others)))]
    steps = ANY + {4: IMAGE, 3: SEQUENCE, 2: [linear]}.get(rank, [])
    steps += [unsqueeze] if rank < 5 else []
    chosen = draw(st.sampled_from(steps))
    nodes = len(build.graph.nodes)
    try:
        return [chosen(draw, build, x)]
    except TcmError:  # such as a kernel larger than the image
        for node in build.graph.nodes[nodes:]:
            build.graph.nodes.remove(node)
        return []


@settings(max_examples=150, deadline=None)
@given(graphs(), st.booleans())
def test_passes_keep_every_output(graph: Graph, float_io: bool) -> None:
    note(format_graph(graph))
    after = run_passes(graph, float_io=float_io)
    note(format_graph(after))
    check_same(graph, after)
    assert transposed_bytes(after) <= transposed_bytes(graph)


@settings(max_examples=100, deadline=None)
@given(graphs_around_cases(), st.booleans())
def test_passes_keep_every_operators_meaning(graph: Graph, float_io: bool) -> None:
    """Whatever an operator declares of itself, what its cases compute stays the same."""
    note(format_graph(graph))
    after = run_passes(graph, float_io=float_io)
    note(format_graph(after))
    check_same(graph, after)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_each_pass_keeps_every_output(graph: Graph) -> None:
    """Also alone, on a graph that no other pass has prepared."""
    note(format_graph(graph))
    for each in PASSES:
        text = format_graph(graph)
        after = each(graph)
        verify(after)
        check_same(graph, after)
        assert format_graph(graph) == text, f"{each.__name__} changes its argument"


@settings(max_examples=100, deadline=None)
@given(graphs(), st.data())
def test_any_layouts_keep_every_output(graph: Graph, data: st.DataObject) -> None:
    """apply_layouts is exact whatever it is asked for, and transposes what was counted."""
    graph = choose_layouts(graph)
    layouts = Layouts(graph)
    for region in layouts.regions():
        order = tuple(data.draw(st.permutations(layouts.orders[region[0]])))
        layouts.orders.update(dict.fromkeys(region, order))
    note(format_graph(graph))
    after = apply_layouts(graph, layouts)
    note(format_graph(after))
    check_same(graph, after)
    cost = sum(layouts.cost_of_value(value) for value in layouts.orders)
    assert transposed_bytes(clean(after)) <= cost
