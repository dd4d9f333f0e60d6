"""An input that comes in rows, a few a call, gives what the whole image gives."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import numpy as np
import pytest
from command_line import tcm
from conftest import needs_emulator
from drawn_networks import DrawnNetwork, Q, add_case_node
from test_regions import check_execution, drawn_inputs, residual_network

from torch_cortex_m import ops
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import LEAST, Generated, Preferences, generate
from torch_cortex_m.ir import Graph, Port, TensorType, format_graph
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.model.load import load
from torch_cortex_m.model.verify import reference_values
from torch_cortex_m.ops.add.cases import case as add_case
from torch_cortex_m.ops.conv2d.cases import SAME
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST, Target

M4, M55 = CORES["cortex-m4"], CORES["cortex-m55"]
NETWORKS = 12


def pushed(
    graph: Graph, target: Target, ram: int | str | None = None, name: str = "m"
) -> Generated:
    preferences = Preferences(ram_bytes=ram, io="rows")
    return generate(graph, target, prefix=name, preferences=preferences)


def drawn(seed: int, target: Target) -> list[Generated]:
    """Random networks that can take their input so; the others' first layers need the whole."""
    rng = np.random.default_rng(seed)
    found: list[Generated] = []
    for index in range(NETWORKS):
        graph = DrawnNetwork(rng, int(rng.integers(1, 7))).graph
        ram = None if rng.random() < 0.5 else LEAST
        print(f"seed {seed}, n{index}, {ram}:\n{format_graph(graph)}")
        with contextlib.suppress(TcmError):
            found.append(pushed(graph, target, ram, f"n{index}"))
    assert len(found) >= NETWORKS / 2
    return found


@pytest.mark.parametrize(
    "target",
    [HOST, *(pytest.param(core, marks=needs_emulator) for core in (M4, M55))],
    ids=lambda target: target.name,
)
def test_random_networks(target: Target) -> None:
    """Every layer, with windows of the input wherever it may lie."""
    generated = drawn(7, target)
    rng = np.random.default_rng(8)
    inputs = [drawn_inputs(rng, each.graph) for each in generated]
    with Runner([each.program for each in generated], target, trace=True) as run:
        executions = run.run((i, [x.tobytes() for x in xs]) for i, xs in enumerate(inputs))
    for each, values, execution in zip(generated, inputs, executions, strict=True):
        check_execution(each, reference_values(each.graph, [values])[0], execution)


MAIN = """
#include "m.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESTART = -100, WHOLE = -101 };

/* Reads chunks of rows: how many, then the rows, in memory of their own. */
int main(void)
{
    static int8_t output[M_OUTPUT_LAST_BYTES];
    int32_t count;
    while (fread(&count, sizeof(count), 1, stdin) == 1) {
        if (count == RESTART) {
            m_restart();
            continue;
        }
        const int is_whole = count == WHOLE;
        if (is_whole) {
            count = M_INPUT_IMAGE_ROWS;
        }
        const size_t size = count > 0 ? (size_t)count * M_INPUT_IMAGE_ROW_BYTES : 0;
        int8_t *const rows = malloc(size + 1);
        if (fread(rows, 1, size, stdin) != size) {
            return 1;
        }
        const int32_t missing = is_whole ? m_run(rows, output) : m_push_rows(rows, count, output);
        memset(rows, 99, size);
        free(rows);
        fwrite(&missing, sizeof(missing), 1, stdout);
        if (missing == 0) {
            fwrite(output, 1, sizeof(output), stdout);
        }
    }
    return 0;
}
"""
RESTART, WHOLE = -100, -101


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(image_network(), tmp_path_factory.mktemp("pushed"))


def built(graph: Graph, folder: Path) -> Path:
    """The model with main(), for this computer."""
    CompiledModel(pushed(graph, HOST)).save(folder / "m")
    (folder / "m" / "main.c").write_text(MAIN)
    command = ["gcc", "-std=c11", "-O0", "-fsanitize=address,undefined"]
    subprocess.run(
        [*command, "main.c", "m.c", "weights.c", "-o", "m"], cwd=folder / "m", check=True
    )
    return folder / "m" / "m"


def image_network() -> Graph:
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 24, 20, 3), "int8", Q))
    value = add_case_node(graph, conv2d_case("stem", (1, 24, 20, 3), 8, padding=SAME), value)
    fields = {"padding": SAME, "stride": (2, 2)}
    case = conv2d_case("last", (1, 24, 20, 8), 4, **fields)
    value = add_case_node(graph, case, value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    return graph


def push(program: Path, chunks: list[np.ndarray | bytes | int]) -> bytes:
    """What the program writes for chunks of rows, counts without rows, or bytes."""
    given = b""
    for chunk in chunks:
        if isinstance(chunk, int):
            given += np.int32(chunk).tobytes()
        elif isinstance(chunk, bytes):
            given += chunk
        else:
            given += np.int32(len(chunk)).tobytes() + chunk.tobytes()
    return subprocess.run([program], input=given, capture_output=True, check=True).stdout


def test_rows_come_in_any_pieces(program: Path) -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(-128, 128, (4, 24, 20, 3)).astype(np.int8)
    graph = image_network()
    expected = [reference_values(graph, [[x[None]]])[0]["last"].tobytes() for x in images]
    cuts = [range(1, 24), (), (5, 6, 17), (0, 3, 3, 22)]
    chunks: list[np.ndarray | bytes | int] = []
    written = b""
    for image, result, cut in zip(images, expected, cuts, strict=True):
        ends = [*cut, 24]
        chunks += np.split(image, list(cut))
        written += b"".join(np.int32(24 - end).tobytes() for end in ends) + result
    assert push(program, chunks) == written


def test_too_many_rows_do_nothing_and_a_restart_forgets(program: Path) -> None:
    rng = np.random.default_rng(2)
    first, second = rng.integers(-128, 128, (2, 24, 20, 3)).astype(np.int8)
    graph = image_network()
    result = reference_values(graph, [[second[None]]])[0]["last"].tobytes()
    begin = [-1, np.concatenate([first, first[:1]]), first[:9], first[:16], RESTART]
    counts = np.array([-1, -1, 15, -1], np.int32).tobytes()
    found = push(program, [*begin, second[:1], second[1:]])
    assert found == counts + np.int32(23).tobytes() + np.int32(0).tobytes() + result


def test_a_whole_inference_forgets_rows_too(program: Path) -> None:
    """It works in the same memory."""
    rng = np.random.default_rng(3)
    first, second = rng.integers(-128, 128, (2, 24, 20, 3)).astype(np.int8)
    graph = image_network()
    results = [
        np.int32(0).tobytes() + reference_values(graph, [[x[None]]])[0]["last"].tobytes()
        for x in (first, second)
    ]
    found = push(program, [second[:9], WHOLE, first.tobytes(), second])
    assert found == np.int32(15).tobytes() + b"".join(results)


def test_the_image_takes_no_memory() -> None:
    """Where the caller has it or it lies in the arena, it does."""
    graph = image_network()
    image = graph.types["image"].bytes
    arena = {
        io: generate(graph, M4, preferences=Preferences(ram_bytes=LEAST, io=io)).plan.arena_bytes
        for io in ("caller", "arena", "rows")
    }
    assert arena["rows"] < arena["caller"] + image / 2
    assert arena["rows"] < arena["arena"]


@pytest.mark.parametrize("target", [HOST, M4, M55], ids=lambda target: target.name)
def test_few_rows_are_kept_without_a_budget(target: Target) -> None:
    plan = pushed(image_network(), target).plan
    assert plan.regions[0].windows["image"].rows < 24 / 2


def test_rows_that_nobody_reads_are_computed() -> None:
    """The pool does not read the last of 49 rows; the image is read again behind it."""
    graph = Graph("model")
    image = graph.add_input("image", TensorType((1, 49, 4, 3), "int8", Q))
    wide = add_case_node(graph, conv2d_case("wide", (1, 49, 4, 3), 4, padding=SAME), image)
    op = ops.operator("max_pool2d", kernel=(2, 2), stride=(2, 2))
    pool = graph.add_node(op, (wide,), "pool", quantization=Q)
    last = add_case_node(graph, conv2d_case("last", (1, 49, 4, 3), 2, padding=SAME), image)
    for value in (pool, last):
        graph.outputs.append(Port(value, graph.types[value].shape))
    generated = pushed(graph, HOST)
    (region,) = generated.plan.regions
    assert region.calls()["wide"] * region.slices()[0].rows == 49
    assert region.windows["wide"].rows < 49 / 2
    assert_all_layers(generated)


def test_rows_that_no_layer_reads_are_taken(tmp_path: Path) -> None:
    """A stride that leaves the last row out."""
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 24, 20, 3), "int8", Q))
    case = conv2d_case("last", (1, 24, 20, 3), 4, stride=(2, 2))
    value = add_case_node(graph, case, value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    program = built(graph, tmp_path)
    image = np.random.default_rng(4).integers(-128, 128, (24, 20, 3)).astype(np.int8)
    result = reference_values(graph, [[image[None]]])[0]["last"].tobytes()
    assert (
        push(program, [image[:23], image[23:]] * 2)
        == (np.int32(1).tobytes() + np.int32(0).tobytes() + result) * 2
    )


@pytest.mark.parametrize("ram", [None, LEAST])
def test_only_forms_that_take_rows_are_chosen(ram: str | None) -> None:
    """Of a mean by itself: samples are rows, of which sums are none; or rows of one image are."""
    for batch, channels in ((4, 8), (1, 8)):
        graph = Graph("model")
        type_ = TensorType((batch, 6, 6, channels), "int8", Q)
        value = graph.add_input("image", type_)
        op = ops.operator("avg_pool2d", kernel=(6, 6))
        value = graph.add_node(op, (value,), "last", quantization=Q)
        graph.outputs.append(Port(value, graph.types[value].shape))
        generated = pushed(graph, HOST, ram)
        assert "m_push_rows_in" in generated.program.files["m.h"]
        assert_all_layers(generated)


def test_the_least_of_a_model_of_which_nothing_else_needs_memory() -> None:
    """The layer behind the rows takes no bytes of an arena."""
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 1, 12, 2), "int8", Q))
    value = add_case_node(graph, conv2d_case("first", (1, 1, 12, 2), 1, (1, 3)), value)
    op = ops.operator("avg_pool2d", kernel=(1, 10))
    mean = graph.add_node(op, (value,), "mean", quantization=Q)
    for result in (value, mean):
        graph.outputs.append(Port(result, graph.types[result].shape))
    assert pushed(graph, HOST, LEAST).plan.arena_bytes < 24


def assert_all_layers(generated: Generated) -> None:
    (image,) = drawn_inputs(np.random.default_rng(5), generated.graph)
    with Runner([generated.program], HOST, trace=True) as run:
        (execution,) = run.run([(0, [image.tobytes()])])
    check_execution(generated, reference_values(generated.graph, [[image]])[0], execution)


def test_a_reset_forgets_rows(tmp_path: Path) -> None:
    graph = image_network()
    count = graph.add_state("count", np.zeros((1, 12, 10, 4), np.int8), Q)
    case = add_case("sum", (1, 12, 10, 4))
    graph.set_update(count, add_case_node(graph, case, "last", count))
    assert "m_restart();" in pushed(graph, HOST).program.files["m.c"].split("void m_reset(")[1]


def test_what_cannot_be_pushed_is_refused() -> None:
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 30), "int8", Q))
    value = add_case_node(graph, linear_case("all", (1, 30), 4), value)
    graph.outputs.append(Port(value, (1, 4)))
    with pytest.raises(TcmError, match="rows of input 'image' cannot be pushed"):
        pushed(graph, M4)
    graph = residual_network()
    graph.add_input("other", TensorType((1, 3), "int8", Q))
    with pytest.raises(TcmError, match="single input"):
        pushed(graph, M4)
    graph = residual_network()
    graph.outputs.append(Port(graph.inputs[0].value, (1, 24, 20, 3)))
    with pytest.raises(TcmError, match="cannot be pushed"):
        pushed(graph, M4)


@needs_emulator
def test_a_saved_model_is_the_same(tmp_path: Path) -> None:
    model = CompiledModel(pushed(image_network(), M4, 3000, name="net"))
    model.verify()
    model.save(tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.generated.program == model.generated.program
    result = tcm("verify", tmp_path / "m")
    assert result.returncode == 0, result.stderr
