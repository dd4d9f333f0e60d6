"""A layer's signature: all that its kernels' costs depend on, as text that is read back."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest
from measured_layers import layer

from torch_cortex_m import ops
from torch_cortex_m.measured.measurements import (
    shipped_measurements,
)
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.signature import read_signature
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import CORES


@pytest.mark.parametrize("core", CORES)
def test_the_text_of_every_shipped_layer_says_all_of_its_signature(core: str) -> None:
    table = shipped_measurements(core).for_core(core)
    assert table
    for text in table:
        operator = ops.definition(text.partition(" ")[0]).op
        assert read_signature(text, operator.tensor_names()).text == text


@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_the_signature_of_every_case_is_read_back(operator: str) -> None:
    for index in range(len(ops.cases(operator))):
        found = layer(index, operator).signature
        assert read_signature(found.text, ops.definition(operator).op.tensor_names()) == found


@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_quantization_data_are_tensors_or_fields(operator: str) -> None:
    op = ops.definition(operator).op
    fields = {item.name for item in dataclasses.fields(op)}
    assert op.quantization_data <= fields | set(op.tensor_names())


def test_signatures_leave_quantization_out() -> None:
    text = layer().signature.text
    assert text.startswith("depthwise_conv2d input=1x8x8x4 weight=1x3x3x4 stride=1,1")
    assert "offset" not in text
    assert "depth_multiplier=1" in text


def test_layers_of_other_element_types_are_other_layers() -> None:
    """Nor are their costs estimated from each other."""
    wide = next(each for each in ops.cases("mean") if each.tensors["input"].dtype == "int16")
    narrow = replace(wide, op=replace(wide.op, activation_min=-128, activation_max=127),
                     tensors={"input": wide.tensors["input"].astype("int8")})  # fmt: skip
    graphs = [case_graph(case) for case in (wide, narrow)]
    signatures = [layer_of(graph, graph.nodes[0]).signature for graph in graphs]
    assert signatures[0].text == signatures[1].text.replace("49x8", "49x8:int16")
    assert signatures[0].structure != signatures[1].structure
    assert signatures[0].numbers == signatures[1].numbers


@pytest.mark.parametrize("operator", ["pad", "avg_pool2d"])
def test_values_of_padding_are_no_structure(operator: str) -> None:
    graph = case_graph(next(iter(ops.cases(operator))))
    plain = layer_of(graph, graph.nodes[0])
    name = "value" if operator == "pad" else "padding_value"
    texts = {replace(plain, op=replace(plain.op, **{name: v})).signature.text for v in (0, 17)}
    assert len(texts) == 1
    assert "value" not in texts.pop()
