"""Every access outside of a model's buffers ends a run and is told, wherever it runs.

Each model here is wrong on purpose: it copies its input to its output, with one access too many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest
from conftest import needs_emulator

from torch_cortex_m import TcmError
from torch_cortex_m.build import Image, build_image
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.run import execute
from torch_cortex_m.target import CORES, HOST, Target

BYTES, ARENA_BYTES = 21, 48

HEADER = """
#include <stdint.h>
int32_t PREFIX_run_in(const int8_t *input, int8_t *output, uint8_t *arena);
int32_t PREFIX_run(const int8_t *input, int8_t *output);
"""
SOURCE = """
#include "PREFIX.h"
#include <string.h>
#ifndef HELPERS
#define HELPERS
static volatile int32_t largest = INT32_MAX;
static inline void set(volatile void *byte) { *(volatile uint8_t *)byte ^= 1; }
static inline void get(const volatile void *byte) { (void)*(const volatile uint8_t *)byte; }
#endif
int32_t PREFIX_run_in(const int8_t *input, int8_t *output, uint8_t *arena)
{
    memcpy(arena + 1, input, 21);
    memcpy(output, arena + 1, 21);
    BODY
    return 0;
}
static _Alignas(16) uint8_t PREFIX_arena[48];
int32_t PREFIX_run(const int8_t *input, int8_t *output)
{
    return PREFIX_run_in(input, output, PREFIX_arena);
}
"""

WRITES = {
    "behind the end of output 0": "set(output + 21);",
    "before the begin of output 0": "set(output - 1);",
    "behind the end of input 0": "set((int8_t *)(uintptr_t)input + 21);",
    "before the begin of input 0": "set((int8_t *)(uintptr_t)input - 1);",
    "behind the end of the arena": "set(arena + 48);",
    "before the begin of the arena": "set(arena - 1);",
}
READS = {
    "behind the end of input 0": "get(input + 21);",
    "before the begin of input 0": "get(input - 1);",
    "behind the end of output 0": "get(output + 21);",
    "before the begin of output 0": "get(output - 1);",
    "behind the end of the arena": "get(arena + 48);",
    "before the begin of the arena": "get(arena - 1);",
}
DEPENDENT = {
    "arena": "output[0] = (int8_t)arena[40];",
    "address": "output[0] = (int8_t)(uintptr_t)input;",
}
UNDEFINED = {
    "signed integer overflow": "largest = largest + 1;",
    "shift exponent": "largest = 1 << (largest & 32 | 33);",
    "buffer-overflow on address": "int8_t local[21] = {0}; get(local + (largest & 31));",
}
WORD_READ = "int32_t word; memcpy(&word, input + 18, 4); largest = word;"

PLACES: Mapping[str, Target] = {"host": HOST} | {
    name: CORES[name]
    for name in ("cortex-m0", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")
}
places = pytest.mark.parametrize(
    "place",
    [name if name == "host" else pytest.param(name, marks=needs_emulator) for name in PLACES],
)


BODIES = [
    "",
    *WRITES.values(),
    *READS.values(),
    WORD_READ,
    *DEPENDENT.values(),
    *UNDEFINED.values(),
]


def program(index: int) -> Program:
    prefix = f"wrong_{index}"
    source = SOURCE.replace("BODY", BODIES[index]).replace("PREFIX", prefix)
    files = {f"{prefix}.h": HEADER.replace("PREFIX", prefix), f"{prefix}.c": source}
    sizes, types = (BYTES,), ("int8_t",)
    return Program(
        prefix, files | {"weights.c": ""}, (), 0, ARENA_BYTES, sizes, sizes, types, types
    )


Run = Callable[[str, str, bool], bytes]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the model with a body twice and gives the second output; one image has all bodies."""

    @cache
    def image(place: str, checked: bool) -> Image:
        programs = [program(index) for index in range(len(BODIES))]
        folder = tmp_path_factory.mktemp("image")
        return build_image(programs, PLACES[place], folder, checked=checked)

    def run_body(body: str, place: str, checked: bool) -> bytes:
        built = image(place, checked)
        runs = [(BODIES.index(body), [bytes(range(BYTES))])] * 2
        executions = execute(built.path, built.target, built.programs, runs, checked=checked)
        return executions[1].outputs[0]

    return run_body


def message(run: Run, body: str, place: str, checked: bool) -> str:
    with pytest.raises(TcmError) as error:
        run(body, place, checked)
    return str(error.value)


@places
@pytest.mark.parametrize("checked", [False, True])
def test_a_model_that_stays_within_its_buffers(place: str, checked: bool, run: Run) -> None:
    assert run("", place, checked) == bytes(range(BYTES))


@places
@pytest.mark.parametrize("where", WRITES)
@pytest.mark.parametrize("checked", [False, True])
def test_a_write_outside_of_a_buffer(where: str, place: str, checked: bool, run: Run) -> None:
    text = message(run, WRITES[where], place, checked)
    assert "accessed memory outside of its buffers" in text
    assert f"wrong_{BODIES.index(WRITES[where])} " in text
    assert f"wrote {where}" in text


@places
@pytest.mark.parametrize("where", READS)
def test_a_read_outside_of_a_buffer(where: str, place: str, run: Run) -> None:
    text = message(run, READS[where], place, checked=True)
    assert "accessed memory outside of its buffers" in text
    assert f"wrong_{BODIES.index(READS[where])} read or wrote {where}" in text


@pytest.mark.parametrize("where", [where for where in READS if where.startswith("behind")])
def test_a_read_behind_a_buffer_on_the_host_is_always_found(where: str, run: Run) -> None:
    text = message(run, READS[where], "host", checked=False)
    assert f"wrong_{BODIES.index(READS[where])} read or wrote {where}" in text


@places
def test_a_word_of_which_one_byte_is_outside(place: str, run: Run) -> None:
    text = message(run, WORD_READ, place, checked=True)
    assert "read or wrote behind the end of input 0" in text


@places
@pytest.mark.parametrize("body", DEPENDENT)
def test_outputs_of_what_nobody_wrote(body: str, place: str, run: Run) -> None:
    text = message(run, DEPENDENT[body], place, checked=True)
    assert "depend on where the buffers are" in text


@pytest.mark.parametrize("told", UNDEFINED)
def test_undefined_behavior_on_the_host(told: str, run: Run) -> None:
    assert told in message(run, UNDEFINED[told], "host", checked=True)
