"""What a part's caches fetch from flash, against what is known of loops and of constants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import tcm as run
from conftest import needs_emulator
from models.small_networks import separable

import torch_cortex_m as tcm
from torch_cortex_m import ops
from torch_cortex_m.build import build_image
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.run import execute
from torch_cortex_m.run.miss_counter import Misses
from torch_cortex_m.target import (
    CORES,
    PARTS,
    Cache,
    find_part,
    find_target,
    target_from_data,
    target_to_data,
)

HEADER = "#include <stdint.h>\nint32_t loop_run(const int32_t *rounds, int32_t *result);\n"
LOOP = """#include "loop.h"
int32_t loop_run(const int32_t *rounds, int32_t *result)
{
    int32_t count = *rounds;
    __asm__ volatile(".syntax unified\\n.balign 64\\n1: .rept %d\\n nop\\n .endr\\n"
                     "subs %%0, #1\\n beq 2f\\n b.w 1b\\n2:" : "+l"(count) : : "cc");
    *result = count;
    return 0;
}
"""
READS = """#include "loop.h"
static const uint8_t constants[%d] __attribute__((aligned(64))) = {1};
int32_t loop_run(const int32_t *rounds, int32_t *result)
{
    int32_t sum = 0;
    for (int32_t round = 0; round < *rounds; round++) {
        for (uint32_t i = 0; i < sizeof constants; i += 4) {
            sum += *(const volatile uint8_t *)&constants[i];
        }
    }
    *result = sum;
    return 0;
}
"""
F411 = PARTS["stm32f411"]


@pytest.fixture(scope="module")
def compiled() -> tcm.CompiledModel:
    model, inputs, calibration = separable()
    return tcm.compile(model, inputs, target="stm32f411", calibration=calibration)


def misses(
    source: str,
    folder: Path,
    rounds: int,
    code: Cache,
    constants: Cache | None,
    *,
    cold: bool = False,
) -> Misses:
    """Of a second run."""
    files = {"loop.c": source, "loop.h": HEADER, "weights.c": '#include "loop.h"\n'}
    program = Program("loop", files, (), 0, 0, (4,), (4,), ("int32_t",), ("int32_t",))
    core = CORES["cortex-m4"]
    image = build_image([program], core, folder)
    runs = [(0, [rounds.to_bytes(4, "little")])] * 2
    part = replace(F411, code=code, constants=constants)
    _, second = execute(image.path, core, [program], runs, part=part, cold=cold)
    assert second.misses is not None
    return second.misses


@needs_emulator
@pytest.mark.parametrize(("nops", "line_bytes", "ways"), [(200, 16, 64), (100, 32, 8), (60, 16, 1)])
def test_a_loop_that_fits_is_fetched_once_and_one_that_does_not_each_time(
    nops: int, line_bytes: int, ways: int, tmp_path: Path
) -> None:
    """The least recently used line goes: of a loop that is larger than a full set nothing stays."""
    size = 2 * nops + 8
    lines = -(-size // line_bytes)
    fits = Cache(1 << (2 * size - 1).bit_length(), line_bytes, ways)
    large = misses(LOOP % nops, tmp_path, 100, fits, Cache(128, 16, 8))
    assert large.code < 3 * lines
    every_line = lines - 2  # the branch back may lie on a line of its own
    ways_of_small = size // 2 // line_bytes
    small = Cache(ways_of_small * line_bytes, line_bytes, ways_of_small)
    found = misses(LOOP % nops, tmp_path, 100, small, Cache(128, 16, 8))
    assert 100 * every_line <= found.code <= 100 * (lines + 1) + 3 * lines
    assert found.code - found.in_order < 100 + 3 * lines + 2 * 100 // lines


@needs_emulator
def test_constants_have_a_cache_of_their_own_or_share_that_of_the_code(tmp_path: Path) -> None:
    size, rounds = 4096, 10
    code, wide = Cache(8192, 16, 2), Cache(8192, 16, 2)
    streamed = misses(READS % size, tmp_path, rounds, code, Cache(128, 16, 8))
    assert rounds * size // 16 <= streamed.constants <= rounds * size // 16 + 8
    assert streamed.code < 30
    kept = misses(READS % size, tmp_path, rounds, code, wide)
    assert kept.constants < 10
    cold = misses(READS % size, tmp_path, rounds, code, wide, cold=True)
    assert size // 16 <= cold.constants <= size // 16 + 8
    assert cold.code > kept.code + 3
    shared = misses(READS % size, tmp_path, rounds, Cache(1024, 16, 64), None)
    assert shared.constants >= rounds * size // 16


@needs_emulator
def test_a_profile_tells_what_an_inference_takes_on_a_part(compiled: tcm.CompiledModel) -> None:
    report = compiled.profile(part="stm32f411")
    part = report.part
    assert part is not None
    assert report.cycles is not None
    assert part.cycles is not None
    fewest, most = part.cycles
    assert report.cycles <= fewest <= most
    assert most == report.cycles + 4 * (part.code_lines + part.constant_lines)
    assert part.microseconds == (round(fewest / 100), round(most / 100))
    assert "stm32f411" in str(report)
    assert report.as_data()["part"]["code_lines"] == part.code_lines
    assert compiled.profile().cycles == report.cycles


@needs_emulator
@pytest.mark.parametrize("form", [["--part", "stm32f411"], ["--json"], ["--markdown"]])
def test_the_command_tells_it_too_and_of_the_own_part_by_itself(
    form: list[str], compiled: tcm.CompiledModel, tmp_path: Path
) -> None:
    folder = compiled.save(tmp_path / "out")
    ended = run("profile", folder, *form)
    assert ended.returncode == 0, ended.stderr
    assert "stm32f411" in ended.stdout


def test_too_small_a_part_is_named() -> None:
    graph, shape, scale = Graph("wide"), (1, 300_000), Quantization(0.1, 0)
    halved = ops.operator("requantize", multiplier=1 << 30, shift=0)
    value = graph.add_input("x", TensorType(shape, "int8", scale))
    for name in ("y", "z"):
        value = graph.add_node(halved, (value,), name, quantization=scale)
    graph.outputs.append(Port(value, shape))
    with pytest.raises(tcm.TcmError, match="does not fit the RAM of stm32f411"):
        generate(graph, find_target("stm32f411"))


def test_a_part_of_another_core_or_an_unknown_one_is_refused(compiled: tcm.CompiledModel) -> None:
    with pytest.raises(tcm.TcmError, match=r"--target rp2040"):
        compiled.profile(part="rp2040")
    with pytest.raises(tcm.TcmError, match=r"did you mean stm32f411\?"):
        compiled.profile(part="stm32f41")
    with pytest.raises(tcm.TcmError, match=r"did you mean stm32f411\?"):
        find_target("STM32F41")


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_a_target_with_limits(name: str) -> None:
    part = find_part(name)
    target = find_target(name)
    assert (target.name, target.title) == (part.core, name)
    assert target_from_data(target_to_data(target)) == target
    assert (target.flash_bytes, target.ram_bytes) == (part.flash_bytes, part.ram_bytes)
    for cache in filter(None, (part.code, part.constants)):
        assert cache.bytes % (cache.line_bytes * cache.ways) == 0


@needs_emulator
def test_a_part_that_says_less_has_lines_but_no_time(compiled: tcm.CompiledModel) -> None:
    part = compiled.profile(part="apollo4").part
    assert part is not None
    assert (part.cycles, part.microseconds) == (None, None)
    assert "is not known" in part.text
    with pytest.raises(tcm.TcmError, match="nrf52840 fetches from flash cannot be counted"):
        compiled.profile(part="nrf52840")
