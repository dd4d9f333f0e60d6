"""The plugin that counts blocks agrees with the boards' counters, to the instruction."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import needs_emulator

from torch_cortex_m.build import build_image
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ir.artifacts import Program, flow_instructions
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.run import block_counter, execute, miss_counter, plugins
from torch_cortex_m.target import CORES, find_target

HEADER = "#include <stdint.h>\nint32_t loop_run(const int32_t *rounds, int32_t *result);\n"
SOURCE = """#include "loop.h"
int32_t loop_run(const int32_t *rounds, int32_t *result)
{
    int32_t count = *rounds;
    __asm__ volatile(".syntax unified\\n1: %s\\n subs %%0, #1\\n bne 2f\\n b 3f\\n"
                     "2: ldr r3, =1b + 1\\n bx r3\\n .ltorg\\n3:" : "+l"(count) : : "cc", "r3");
    *result = count;
    return 0;
}
"""
"""A loop of 5 instructions (4 in its last round) and those put in; it works on every core."""

PAGES = ".rept 1000\\n nop\\n mrs r3, apsr\\n .endr\\n nop"
"""2001 instructions of 2 and 4 bytes that cross several pages of QEMU (1 KiB each)."""


def counts(core: str, folder: Path, body: str, lengths: list[int]) -> list[tuple[int, int]]:
    """(the counter's, the plugin's) instructions of one run for each length."""
    files = {"loop.c": SOURCE % body, "loop.h": HEADER, "weights.c": '#include "loop.h"\n'}
    program = Program("loop", files, (), 0, 0, (4,), (4,), ("int32_t",), ("int32_t",))
    image = build_image([program], CORES[core], folder)
    runs = [(0, [length.to_bytes(4, "little")]) for length in lengths]
    executions = execute(image.path, CORES[core], [program], runs, count_blocks=True)
    return [(run.instructions, flow_instructions(run.flow or {})) for run in executions]


@needs_emulator
@pytest.mark.parametrize("core", CORES)
def test_a_loop_of_known_length_is_counted_exactly(core: str, tmp_path: Path) -> None:
    lengths = [1, 2, 3, 1000, 100_000]
    by_counter, by_plugin = zip(*counts(core, tmp_path, "nop", lengths), strict=True)
    assert by_plugin == by_counter
    assert [count - by_plugin[0] for count in by_plugin] == [5 * (n - 1) for n in lengths]


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_code_across_pages_is_counted_exactly(core: str, tmp_path: Path) -> None:
    by_counter, by_plugin = zip(*counts(core, tmp_path, PAGES, [1, 2, 10]), strict=True)
    assert by_plugin == by_counter
    assert [count - by_plugin[0] for count in by_plugin] == [0, 2005, 9 * 2005]


@needs_emulator
def test_layers_are_split_as_the_counter_splits_them() -> None:
    graph = Graph("layers")
    value = graph.add_input("input", TensorType((1, 6, 6, 3), "int8"))
    value = graph.add_node(Requantize(multiplier=1 << 30, shift=0), (value,), "halved")
    value = graph.add_node(AvgPool2d(kernel=(2, 2), stride=(2, 2)), (value,), "pooled")
    graph.outputs.append(Port(value, graph.types[value].shape))
    compiled = CompiledModel(generate(graph, find_target("cortex-m4")))
    sample = (0, [bytes(6 * 6 * 3)])
    (plain,) = compiled.runner("emulator").run([sample], cycles=True)
    (traced,) = compiled.runner("emulator", trace=True).run([sample], cycles=True)
    assert plain.flow is not None
    assert flow_instructions(plain.flow) == plain.instructions
    layers = [flow_instructions(layer.flow or {}) for layer in traced.layers]
    assert layers == [layer.instructions for layer in traced.layers]
    assert abs(plain.instructions - sum(layers)) < 30


def test_a_run_without_plugin_output_is_told(tmp_path: Path) -> None:
    for read in (block_counter.read_phases, miss_counter.read_misses):
        with pytest.raises(TcmError, match="did not run the plugin"):
            read(tmp_path)


def test_a_cache_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(TcmError, match="cannot write the cache folder"):
        plugins._built.__wrapped__("count_blocks", 1)


def test_the_plugin_is_built_once_for_each_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = (plugins._built.__wrapped__("count_blocks", version) for version in (1, 2))
    assert first != second
    assert sorted((tmp_path / "torch-cortex-m").iterdir()) == sorted([first, second])
    before = first.stat().st_mtime_ns
    assert plugins._built.__wrapped__("count_blocks", 1) == first
    assert first.stat().st_mtime_ns == before
