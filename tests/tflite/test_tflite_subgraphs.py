"""Files with several subgraphs: all are read, and what runs them is checked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_writer import Content, ModelWriter, Subgraph
from operator_models import X, activation

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.passes import run_passes

OPTIONS = {
    "CALL_ONCE": ("CallOnceOptions", ("InitSubgraphIndex",)),
    "IF": ("IfOptions", ("ThenSubgraphIndex", "ElseSubgraphIndex")),
    "WHILE": ("WhileOptions", ("CondSubgraphIndex", "BodySubgraphIndex")),
}


def run(writer: ModelWriter, operator: str, *subgraphs: int, output: int | None = None) -> None:
    """Appends an operator that runs subgraphs."""
    options_type, fields = OPTIONS[operator]
    options = dict(zip(fields, subgraphs, strict=True))
    outputs = [] if output is None else [output]
    writer.operator(operator, [], outputs, options_type, **options)


def relu(runs: tuple[int, ...] = ()) -> tuple[ModelWriter, list[int], list[int]]:
    """RELU of x to y, after a CALL_ONCE for each of ``runs``."""
    writer = ModelWriter()
    x, y = activation(writer, "x", (1, 8), X), activation(writer, "y", (1, 8), X)
    for index in runs:
        run(writer, "CALL_ONCE", index)
    writer.operator("RELU", [x], y)
    return writer, [x], [y]


def other(*runs: int) -> Subgraph:
    writer, inputs, outputs = relu(runs)
    return writer.subgraph(inputs, outputs)


def assigning() -> Subgraph:
    """Without inputs and outputs, as converters write those that set variables."""
    writer = ModelWriter()
    variable = writer.tensor("variable", (), "resource")
    value = activation(writer, "value", (1, 8), X)
    writer.operator("VAR_HANDLE", [], variable, "VarHandleOptions")
    writer.operator("ASSIGN_VARIABLE", [variable, value], [])
    return writer.subgraph([], [])


def model(*others: Subgraph, runs: tuple[int, ...] = ()) -> Content:
    writer, inputs, outputs = relu(runs)
    return writer.write(inputs, outputs, others=others)


def message(content: bytes) -> str:
    with pytest.raises(TcmError) as caught:
        import_content(content)
    return str(caught.value)


def test_all_subgraphs_are_read() -> None:
    found = read_model(model(assigning(), other(1), runs=(1, 2)))
    assert [len(subgraph.tensors) for subgraph in found.subgraphs] == [2, 2, 2]
    names = [[operator.name for operator in each.operators] for each in found.subgraphs]
    assert names == [
        ["CALL_ONCE", "CALL_ONCE", "RELU"],
        ["VAR_HANDLE", "ASSIGN_VARIABLE"],
        ["CALL_ONCE", "RELU"],
    ]
    assert found.main is found.subgraphs[0]
    assert (found.subgraphs[1].inputs, found.subgraphs[1].outputs) == ((), ())
    assert found.subgraphs[1].tensors[0].name == "variable"


@pytest.mark.parametrize(("operator", "subgraphs"), [("CALL_ONCE", (2,)), ("IF", (2, 1)),
                                                     ("WHILE", (1, 2))])  # fmt: skip
def test_operators_say_what_they_run(operator: str, subgraphs: tuple[int, ...]) -> None:
    writer, inputs, outputs = relu()
    run(writer, operator, *subgraphs)
    content = writer.write(inputs, outputs, others=[other(), other()])
    last = read_model(content).main.operators[-1]
    assert last.subgraphs == subgraphs
    fields = OPTIONS[operator][1]
    assert tuple(last.options.number(each) for each in fields) == subgraphs


def test_subgraphs_that_nothing_runs_do_not_matter() -> None:
    graph = import_content(model(assigning(), other()))
    assert [node.op.name for node in graph.nodes] == ["requantize"]


def test_what_runs_a_subgraph_is_refused_by_name() -> None:
    text = message(model(other(), runs=(1,)))
    assert "1 of 2 operators cannot be compiled" in text
    assert "operator 0 CALL_ONCE: its subgraph computes (RELU)" in text


@pytest.mark.parametrize("effects", [False, True])
def test_what_runs_a_subgraph_counts_if_that_has_effects(effects: bool) -> None:
    """Nobody reads the result: only for its effects is it needed, however deep they are."""
    writer, inputs, outputs = relu()
    run(writer, "IF", 1, 1, output=activation(writer, "unread", (1, 8), X))
    between = ModelWriter()
    run(between, "WHILE", 2, 2, output=activation(between, "inside", (1, 8), X))
    last = assigning() if effects else other()
    content = writer.write(inputs, outputs, others=[between.subgraph([], []), last])
    if effects:
        assert "operator 1 IF, output 'unread'" in message(content)
    else:
        assert [node.op.name for node in import_content(content).nodes] == ["requantize"]


@pytest.mark.parametrize("index", [2, 99, 1 << 20, -1, -(1 << 31)])
def test_subgraphs_that_are_not_there(index: int) -> None:
    text = message(model(other(), runs=(index,)))
    assert "the file is damaged: what CALL_ONCE runs" in text
    assert f"subgraphs ({index},) of 2" in text


def test_an_operator_that_does_not_say_what_it_runs() -> None:
    writer, inputs, outputs = relu()
    writer.operator("WHILE", [], [])
    content = writer.write(inputs, outputs, others=[other()])
    assert "the file is damaged: what WHILE runs" in message(content)


@pytest.mark.parametrize(
    ("main", "others", "circle"),
    [
        ((0,), [()], "0"),
        ((1,), [(1,)], "0, 1"),
        ((), [(2,), (3,), (1,)], "1, 2, 3"),
        ((1,), [(2,), (0,)], "0, 1, 2"),
    ],
)
def test_subgraphs_that_run_themselves(
    main: tuple[int, ...], others: list[tuple[int, ...]], circle: str
) -> None:
    text = message(model(*(other(*runs) for runs in others), runs=main))
    assert "a subgraph runs itself" in text
    assert f"a circle among subgraphs {circle}\n" in f"{text}\n"


@pytest.mark.parametrize("effects", [False, True])
def test_a_deep_stack_of_subgraphs_costs_little(effects: bool) -> None:
    """Each runs the next one twice: following every path would never end."""
    stack = [branching(index + 1) for index in range(98)]
    last = assigning() if effects else other()
    writer, inputs, outputs = relu()
    run(writer, "IF", 1, 1, output=activation(writer, "unread", (1, 8), X))
    content = writer.write(inputs, outputs, others=[*stack[1:], last])
    assert len(read_model(content).subgraphs) == 99
    if effects:
        assert "operator 1 IF" in message(content)
    else:
        import_content(content)


def branching(next: int) -> Subgraph:
    writer = ModelWriter()
    for _ in range(2):
        run(writer, "IF", next, next, output=activation(writer, "y", (1, 8), X))
    return writer.subgraph([], [])


def test_limits_are_for_all_subgraphs_together() -> None:
    assert "101 subgraphs" in message(model(*(other() for _ in range(100))))
    many = ModelWriter()
    x = activation(many, "x", (1, 8), X)
    y = activation(many, "y", (1, 8), X)
    for _ in range(2500):
        many.operator("RELU", [x], y)
    twice = [many.subgraph([x], [y])] * 2
    assert "5001 operators" in message(model(*twice))


def test_damage_says_in_which_subgraph_it_is() -> None:
    writer = ModelWriter()
    writer.operator("RELU", [7], 0)
    activation(writer, "y", (1, 8), X)
    assert "tensors (7,) of 1" in message(model(writer.subgraph([0], [0])))
    assert "subgraph 1, outputs" in message(model(ModelWriter().subgraph([], [5])))


SEVERAL = model(assigning(), other(1), runs=())


def accepts_or_explains(content: bytes) -> None:
    """Any other exception fails the test."""
    try:
        graph = import_content(content)
    except TcmError:
        return
    run_passes(graph)


def test_every_prefix_of_a_file() -> None:
    for length in range(len(SEVERAL)):
        accepts_or_explains(SEVERAL[:length])


def test_every_word_of_a_file_at_its_limits() -> None:
    for place in range(0, len(SEVERAL) - 3, 4):
        for word in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"):
            accepts_or_explains(SEVERAL[:place] + word + SEVERAL[place + 4 :])


@settings(max_examples=300, deadline=20_000, print_blob=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(SEVERAL) - 1), st.integers(0, 255)), min_size=1, max_size=8
    )
)
def test_random_bytes(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SEVERAL)
    for place, value in changes:
        content[place] = value
    accepts_or_explains(bytes(content))
