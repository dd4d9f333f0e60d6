"""Inputs, outputs and arenas at odd addresses, with and without the trap for unaligned accesses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from zlib import crc32

import numpy as np
import pytest
from conftest import needs_emulator
from shared_images import run_with_kernels

from torch_cortex_m import TcmError, ops
from torch_cortex_m.build import Toolchain, image, toolchain_for
from torch_cortex_m.ir.artifacts import Program, aligned
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.testing import run_cases

SLOW = pytest.mark.slow


@needs_emulator
@pytest.mark.parametrize(
    ("core", "address"),
    [
        ("cortex-m4", 1),
        ("cortex-m55", 1),
        pytest.param("cortex-m3", 1, marks=SLOW),
        pytest.param("cortex-m4", 0, marks=SLOW),
        pytest.param("cortex-m7", 1, marks=SLOW),
        pytest.param("cortex-m33", 1, marks=SLOW),
        pytest.param("cortex-m55", 0, marks=SLOW),
    ],
)
def test_the_trap_may_be_set_without_unaligned_accesses(
    core: str, address: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_at(address, True, ["-mno-unaligned-access"], monkeypatch)
    again = (core, address) == ("cortex-m55", 1)
    check_all_kernels(CORES[core], CORES["cortex-m4"] if again else None)


@needs_emulator
@pytest.mark.parametrize("every", [2, pytest.param(1, marks=SLOW)])
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_odd_addresses_without_the_trap(
    core: str, every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every kernel, or for each change of one of ``every``: with the trap each one is tested."""
    place_at(1, False, [], monkeypatch)
    check_all_kernels(CORES[core], CORES["cortex-m4"] if core == "cortex-m55" else None, every)


@needs_emulator
def test_the_trap_finds_unaligned_accesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the flag it does: so the other tests mean something."""
    place_at(1, True, [], monkeypatch)
    with pytest.raises(TcmError):
        run_cases(list(ops.cases("add"))[:1], target="cortex-m4", on="emulator")


def check_all_kernels(target: Target, but: Target | None = None, every: int = 1) -> None:
    """Those that the target has, but for those of another one, which is tested as well; or one of
    ``every``."""
    without = {} if but is None else cases_of_kernels(but)
    layers = [
        (case, kernel)
        for kernel, cases in cases_of_kernels(target).items()
        if kernel not in without
        for case in cases
    ]
    layers = layers[::every]
    expected = run_cases([case for case, _ in layers], on="reference")
    runs = run_with_kernels(layers, target, "emulator")
    for (case, kernel), run, reference in zip(layers, runs, expected, strict=True):
        for output, right in zip(run.outputs, reference.outputs, strict=True):
            np.testing.assert_array_equal(output, right, f"{kernel} {case.name}")


def cases_of_kernels(target: Target) -> dict[str, list[Case]]:
    """A drawn case of each kernel whose inputs and outputs are int8."""
    chosen: dict[str, list[Case]] = {}
    for case in (case for operator in sorted(ops.definitions()) for case in ops.cases(operator)):
        graph = case_graph(case)
        types = [graph.types[port.value].dtype for port in [*graph.inputs, *graph.outputs]]
        if not graph.computing_nodes() or set(types) != {"int8"}:
            continue
        for kernel in applicable_kernels(layer_of(graph, graph.nodes[0]), target, frozenset()):
            chosen.setdefault(kernel.name, []).append(case)
    return {name: [cases[crc32(name.encode()) % len(cases)]] for name, cases in chosen.items()}


def place_at(
    address: int, trap: bool, flags: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images whose tensors begin ``address`` bytes after an aligned address."""
    source = partial(moving_source, image.image_source, address, trap)
    monkeypatch.setattr(image, "image_source", source)

    def toolchain(target: Target) -> Toolchain:
        found = toolchain_for(target)
        return dataclasses.replace(found, flags=(*found.flags, *flags))

    monkeypatch.setattr(image, "toolchain_for", toolchain)


def moving_source(
    usual: Callable[[Sequence[Program], bool], str],
    address: int,
    trap: bool,
    programs: Sequence[Program],
    guarded: bool,
) -> str:
    """image.c, whose runs move their tensors and set UNALIGN_TRP, bit 3 of the register CCR."""
    text = usual(programs, guarded)
    for program in programs:
        inputs = sum(map(aligned, program.input_bytes))
        places = [
            sum(map(aligned, program.output_bytes[:index]))
            for index in range(len(program.output_bytes))
        ]
        back = "\n    ".join(
            f"memcpy(wanted + {place}, outputs + {place}, {size});"
            for place, size in zip(places, program.output_bytes, strict=True)
        )
        call = f"return {program.prefix}_run("
        assert text.count(call) == 1
        before, rest = text.split(call)
        arguments, after = rest.split(");", 1)
        text = f"""{before}uint8_t *const wanted = outputs;
    memcpy(moved_inputs + {address}, inputs, {inputs});
    inputs = moved_inputs + {address};
    outputs = moved_outputs + {address};
    set_trap({int(trap)});
    const int32_t status = {program.prefix}_run({arguments});
    set_trap(0);
    {back}
    return status;{after}"""
    return HEAD + text


HEAD = """\
#include <stdint.h>
#include <string.h>
static _Alignas(16) uint8_t moved_inputs[65536], moved_outputs[65536];
static void set_trap(uint32_t value)
{
    volatile uint32_t *const ccr = (volatile uint32_t *)0xE000ED14;
    *ccr = (*ccr & ~8U) | value << 3;
    __asm__ volatile("dsb\\n isb" : : : "memory");
}
"""
