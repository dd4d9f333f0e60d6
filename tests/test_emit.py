"""The emitted C: the same for the same graph, shared where layers are equal."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import numpy as np
import pytest
from emitted_graphs import small_graph
from strict_compilers import compile_strictly

from torch_cortex_m import TcmError, ops
from torch_cortex_m.emit.arrays import array_values
from torch_cortex_m.generate import generate, generate_all
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.target import CORES, HOST, Target


def test_layers_of_equal_shape_share_their_code() -> None:
    source = generate(small_graph(), HOST).program.files["model.c"]
    assert source.count("static TCM_NOINLINE") == 1
    assert source.count("model_run_block_0(") == 4


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert (
        generate(small_graph(), HOST).program.files == generate(small_graph(), HOST).program.files
    )


def test_a_permuted_layout_says_in_which_direction() -> None:
    graph = Graph("model")
    shape = TensorType((5, 4, 3, 2, 1), "int8", Quantization(1.0, 0))
    value = graph.add_input("x", shape, (1, 2, 3, 4, 5), (4, 3, 2, 1, 0))
    graph.outputs.append(Port(value, (1, 2, 3, 4, 5), (4, 3, 2, 1, 0)))
    header = generate(graph, HOST).program.files["model.h"]
    assert '"axis i here is axis p[i] of the model, p = [4, 3, 2, 1, 0]"' in header


def test_golden(update_golden: bool) -> None:
    """The C of a small graph, kept for review: pytest --update-golden rewrites it."""
    folder = Path(__file__).parent / "golden" / "small_graph"
    files = generate(small_graph(), HOST).program.files
    for name in ("model.h", "model.c", "weights.h", "weights.c", "CMakeLists.txt"):
        path = folder / name
        if update_golden:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name])
        assert path.read_text() == files[name], f"{path} differs; --update-golden rewrites it"


def test_the_arena_may_be_the_callers(tmp_path: Path) -> None:
    program = generate(small_graph(), HOST).program
    compile_strictly(dict(program.files), tmp_path, ["gcc", "-DMODEL_NO_STATIC_ARENA"])
    symbols = subprocess.run(
        ["nm", "model.c.o"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "model_run_in" in symbols
    assert "model_arena" not in symbols


def test_a_model_too_large_for_its_core_is_refused() -> None:
    tiny = dataclasses.replace(CORES["cortex-m0"], ram_bytes=31)
    with pytest.raises(TcmError, match="does not fit the RAM of cortex-m0"):
        generate(small_graph(), tiny)
    little_flash = Target("mine", flash_bytes=8)
    with pytest.raises(TcmError, match="does not fit the flash of mine"):
        generate(small_graph(), little_flash)


def test_missing_optional_tensors_are_null() -> None:
    case = ops.cases("depthwise_conv2d")[0]
    assert isinstance(case, Case)
    assert case.tensors["bias"] is None
    forced = {"output": "depthwise_conv2d_s8__ref"}
    assert "NULL" in generate(case_graph(case), HOST, forced=forced).program.files["model.c"]


def test_equal_bytes_of_two_types_are_two_arrays() -> None:
    graph, q = Graph("model"), Quantization(0.5, 0)
    x = graph.add_input("x", TensorType((1, 4), "int8", q))
    constants = (
        graph.add_constant("weight", np.zeros((2, 4), np.int8)),
        graph.add_constant("bias", np.zeros(2, np.int32)),
        graph.add_constant("multipliers", np.full(2, 1 << 30, np.int32)),
        graph.add_constant("shifts", np.full(2, -3, np.int32)),
    )
    y = graph.add_node(Linear(), (x, *constants), "y", quantization=q)
    graph.outputs.append(Port(y, (1, 2)))
    program = generate_all({"model": graph}, HOST, forced={"model": {y: "linear_s8__ref"}})[
        0
    ].program
    header = program.files["weights.h"]
    assert "extern const int8_t model_weight[8];" in header
    assert "extern const int32_t model_bias[2];" in header


def test_constants_of_bools_are_ones_and_zeros() -> None:
    assert array_values(np.array([True, False])).split() == ["1,", "0,"]
