"""Files that say the same in another form: all that the schema leaves to who writes a file."""

from __future__ import annotations

import numpy as np
import pytest
from judges import litert
from model_writer import Content, Form, ModelWriter
from operator_models import MODELS, OperatorModel, X, activation, network

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.model import FileOperator
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.ir import Graph

FORMS = {
    "older code": Form(code="older"),
    "newer code": Form(code="newer"),
    "defaults": Form(defaults=True),
    "sparing": Form(sparing=True),
    "no zero points": Form(zero_points=False),
    "buffers reversed": Form(buffers="reversed"),
    "buffers outside": Form(buffers="outside"),
    "a code each": Form(code_each=True),
}

WITHOUT_OPTIONS = {
    "AVERAGE_POOL_2D": "not positive",
    "CONV_2D": "not positive",
    "DEPTHWISE_CONV_2D": "not positive",
    "MAX_POOL_2D": "not positive",
    "SOFTMAX": "beta is not usable",
}
"""What is said about operators that mean nothing without their options."""


def has(model: OperatorModel, form: Form) -> bool:
    """Whether the form can say the model's operators: the older code has one byte, whose largest
    value stands for all that the newer one has more."""
    if form.code != "older":
        return True
    operators = read_model(model.content.written(form)).main.operators
    return all(operator.name != "PLACEHOLDER_FOR_GREATER_OP_CODES" for operator in operators)


def graph(model: OperatorModel, form: Form) -> Graph:
    return import_content(model.content.written(form))


def same(one: Graph, other: Graph) -> bool:
    """Everything but the names, which a file need not have."""
    pairs = zip(one.nodes, other.nodes, strict=True)
    constants = zip(one.constants.values(), other.constants.values(), strict=True)
    return (
        all(node.op == another.op for node, another in pairs)
        and list(one.types.values()) == list(other.types.values())
        and all(np.array_equal(data, others) for data, others in constants)
    )


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_graph(form: Form) -> None:
    for model in (model for model in MODELS if has(model, form)):
        assert same(graph(model, form), graph(model, Form())), model.name


@pytest.mark.parametrize("name", [name for name in FORMS if name != "no zero points"])
def test_litert_reads_every_form_so(name: str) -> None:
    """The forms are no invention of these tests, and each differs from the usual one. LiteRT takes
    no scale without a zero point, TFLite-Micro ignores it; there is only one thing it can mean."""
    model, form = network(), FORMS[name]
    assert model.content.written(form) != model.content
    expected = litert(model.content, model.samples(2))
    found = litert(model.content.written(form), model.samples(2))
    assert np.array_equal(np.array(found), np.array(expected))


def test_operators_without_options() -> None:
    """Those that mean nothing without are refused, the others have the defaults."""
    for model in MODELS:
        names = {each.name for each in read_model(model.content).main.operators}
        texts = [WITHOUT_OPTIONS[name] for name in names & WITHOUT_OPTIONS.keys()]
        if not texts:
            graph(model, Form(options=False))
            continue
        with pytest.raises(TcmError, match="|".join(texts)):
            graph(model, Form(options=False))


def one_operator(name: str, form: Form) -> FileOperator:
    writer = ModelWriter()
    x, y = activation(writer, "x", (1, 8), X), activation(writer, "y", (1, 8), X)
    writer.operator(name, [x, x], y)
    (operator,) = read_model(writer.write([x], [y]).written(form)).main.operators
    return operator


@pytest.mark.parametrize("form", [Form(), Form(code="older"), Form(code="newer")])
@pytest.mark.parametrize("name", ["SUB", "MUL", "MAXIMUM", "MINIMUM"])
def test_other_operators_are_not_taken_for_an_addition(name: str, form: Form) -> None:
    """Their codes fit both fields; ADD is 0, which is also what a missing field reads as."""
    assert one_operator(name, form).name == name


def test_the_larger_of_two_codes_counts() -> None:
    """As TensorFlow Lite has it, whichever of the fields it stands in; the older one cannot hold
    CUMSUM, which is 128."""
    assert one_operator("CUMSUM", Form()).name == "CUMSUM"
    assert one_operator("CUMSUM", Form(code="newer")).name == "CUMSUM"
    older = one_operator("CUMSUM", Form(code="older"))
    assert older.name == "PLACEHOLDER_FOR_GREATER_OP_CODES"


def test_constants_in_another_file_are_refused() -> None:
    model = dense_with(external=3)
    with pytest.raises(TcmError, match="cannot be compiled") as caught:
        import_content(model)
    assert "its weight is stored in another file" in str(caught.value)


def test_constants_behind_the_end_of_the_file_are_refused() -> None:
    content = dense_with().written(Form(buffers="outside"))
    with pytest.raises(TcmError, match="the file is damaged: the buffer"):
        import_content(content[:-16])


def test_data_in_the_buffer_that_stands_for_none_are_refused() -> None:
    """One runtime would take them for a constant, another would not."""
    with pytest.raises(TcmError, match="the file is damaged") as caught:
        import_content(dense_with().written(Form(empty_buffer=False)))
    assert "buffer 0" in str(caught.value)


def dense_with(**fields: int) -> Content:
    """FULLY_CONNECTED; ``fields`` of the weight."""
    writer = ModelWriter()
    x = activation(writer, "x", (1, 8), X)
    weight = writer.constant("weight", np.ones((4, 8), np.int8), scales=0.1, **fields)
    y = activation(writer, "y", (1, 4), X)
    writer.operator("FULLY_CONNECTED", [x, weight], y, "FullyConnectedOptions")
    return writer.write([x], [y])
