"""Runner: one image for many programs, built once, gone with the runner."""

from __future__ import annotations

import gc

import pytest
from conftest import needs_emulator

from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST

WORD = bytes([5, 0, 0, 0])


def program(name: str, result: str, status: str = "0") -> Program:
    """A program of one int32 ``value``, whose output is ``result``."""
    prototype = f"int32_t {name}_run(const int32_t *input, int32_t *output)"
    with_arena = f"int32_t {name}_run_in(const int32_t *input, int32_t *output, uint8_t *arena)"
    body = f"int32_t value = *input; *output = {result}; return {status};"
    functions = [
        f"{prototype}\n{{\n    {body}\n}}\n",
        f"{with_arena}\n{{\n    (void)arena;\n    return {name}_run(input, output);\n}}\n",
    ]
    files = {
        f"{name}.h": f"#include <stdint.h>\n{prototype};\n{with_arena};\n",
        f"{name}.c": "\n".join([f'#include "{name}.h"', *functions]),
        "weights.c": f'#include "{name}.h"\n',
    }
    return Program(name, files, (), 0, 0, (4,), (4,), ("int32_t",), ("int32_t",))


@pytest.mark.parametrize("separate", [False, True])
def test_each_run_is_of_the_program_that_it_names(separate: bool) -> None:
    programs = [program("twice", "2 * value"), program("next", "value + 1")]
    with Runner(programs, HOST, separate=separate) as runner:
        executions = runner.run((index, [WORD]) for index in (1, 0, 1))
        assert len(runner.flash_bytes) == (2 if separate else 0)
    assert [execution.outputs[0][0] for execution in executions] == [6, 10, 6]


def test_the_image_is_built_once_when_it_is_first_used() -> None:
    with Runner([program("same", "value")], HOST) as runner:
        folder = runner._folder
        assert list(folder.iterdir()) == []
        runner.run([(0, [WORD])])
        path = runner.image.path
        built = path.stat().st_mtime_ns
        runner.run([(0, [WORD])])
        assert runner.image.path == path
        assert path.stat().st_mtime_ns == built


def test_the_folder_goes_at_the_end_of_a_block_or_with_the_runner() -> None:
    with Runner([program("same", "value")], HOST) as first:
        folder = first.image.path.parent
    assert not folder.exists()
    second = Runner([program("same", "value")], HOST)
    folder = second.image.path.parent
    del second
    gc.collect()
    assert not folder.exists()


def test_a_status_is_an_error_that_names_the_program() -> None:
    programs = [program("good", "value"), program("bad", "value", "value - 12")]
    with Runner(programs, HOST) as runner:
        runner.run([(0, [WORD])])
        with pytest.raises(TcmError, match=r"^bad_run returned an error: -7\n.*linked library"):
            runner.run([(0, [WORD]), (1, [WORD])])


def test_a_run_that_does_not_end_in_time_is_told() -> None:
    endless = program("endless", "value", '({ while (value) { __asm__ volatile(""); } 0; })')
    with Runner([endless], HOST) as runner, pytest.raises(TcmError, match="did not end in 1 s"):
        runner.run([(0, [WORD])], timeout=1)


def two_layers() -> Graph:
    graph = Graph("layers")
    value = graph.add_input("input", TensorType((1, 6, 6, 3), "int8"))
    value = graph.add_node(Requantize(multiplier=1 << 30, shift=0), (value,), "halved")
    value = graph.add_node(AvgPool2d(kernel=(2, 2), stride=(2, 2)), (value,), "pooled")
    graph.outputs.append(Port(value, graph.types[value].shape))
    return graph


@needs_emulator
def test_cycles_are_estimated_where_they_are_asked_for() -> None:
    """The layers of a traced run together take about what the whole does."""
    core = CORES["cortex-m4"]
    generated = generate(two_layers(), core)
    run = (0, [bytes(6 * 6 * 3)])
    with Runner([generated.program], core) as runner:
        (whole,) = runner.run([run], cycles=True)
        (uncounted,) = runner.run([run])
    with Runner([generated.program], core, trace=True) as runner:
        (traced,) = runner.run([run], cycles=True)
        (traced_uncounted,) = runner.run([run])
    assert uncounted.cycles is None
    assert [layer.cycles for layer in traced_uncounted.layers] == [None, None]
    assert whole.cycles is not None
    assert whole.cycles > whole.instructions
    layers = [layer.cycles or 0 for layer in traced.layers]
    assert all(cycles > 0 for cycles in layers)
    assert abs(whole.cycles - sum(layers)) < 60
    assert uncounted.instructions == whole.instructions


@pytest.mark.parametrize("core", [pytest.param("cortex-m85", marks=needs_emulator), "host"])
def test_cycles_are_none_where_there_is_no_model(core: str) -> None:
    with Runner([program("same", "value")], CORES.get(core, HOST)) as runner:
        (execution,) = runner.run([(0, [WORD])], cycles=True)
    assert execution.cycles is None
    assert execution.outputs == (WORD,)
