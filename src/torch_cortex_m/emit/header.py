"""model.h: what firmware needs to know of the model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..ir import BYTES, Graph, Port, Stream
from ..ir.artifacts import ALIGNMENT, MemoryPlan
from ..ir.regions import pushed_input
from ..text import comment_text
from .arrays import C_TYPES
from .pool import Shared
from .pushed import pushed_declarations, pushed_macros, pushed_type
from .sections import prefetch_macros

_OWN_PORTS = (
    "/* Runs one inference. Tensors are dense, in the layouts above; inputs and outputs must",
    "   not overlap, and int8 ones may be at any address. Words are accessed at any address,",
    "   too: where CCR.UNALIGN_TRP is set, compile with -mno-unaligned-access. Returns 0, or",
    "   the error of a linked kernel library. */",
)

_ARENA_PORTS = (
    "/* Runs one inference. Inputs and outputs lie in the arena, where ..._DATA says, or",
    "   ..._IN(arena) for an arena of the caller. Inputs have to be written before each",
    "   inference: their memory is used again. Outputs stay until then. Words are accessed at",
    "   any address: where CCR.UNALIGN_TRP is set, compile with -mno-unaligned-access. Returns",
    "   0, or the error of a linked kernel library. */",
)


def model_header(
    graph: Graph,
    plan: MemoryPlan,
    prefix: str,
    ports: list[str],
    shared: Shared | None,
    layers: Mapping[str, int],
) -> str:
    """Sizes, layouts and quantization of inputs and outputs as macros, and the functions. layers:
    those that are announced."""
    upper = prefix.upper()
    lines = [f"#ifndef {upper}_H", f"#define {upper}_H", "", "#include <stdint.h>", ""]
    lines += ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""]
    lines += [
        *_about_memory(prefix, shared),
        f"#define {upper}_ARENA_BYTES {max(plan.arena_bytes, 1)}",
        f"#define {upper}_ARENA_ALIGNMENT {ALIGNMENT}",
        *_state_macros(graph, plan, prefix),
        f"#define {upper}_INPUT_COUNT {len(graph.inputs)}",
        f"#define {upper}_OUTPUT_COUNT {len(graph.outputs)}",
        "",
    ]
    count, pushed = len(graph.inputs), pushed_input(plan.regions)
    arena = f"{prefix}_arena" if shared is None else shared.arena
    for index, port in enumerate([*graph.inputs, *graph.outputs]):
        kind = "INPUT" if index < count else "OUTPUT"
        name = f"{upper}_{kind}_{ports[index].upper()}"
        lines += _port_macros(graph, port, kind, name)
        if plan.ports is not None:
            offset = (*plan.ports.inputs, *plan.ports.outputs)[index]
            lines += _place_macros(arena, name, C_TYPES[graph.types[port.value].dtype], offset)
        if port.value == pushed and kind == "INPUT":
            lines += pushed_macros(graph, plan, name)
    if graph.stream is not None:
        lines += _stream_macros(graph.stream, prefix, ports, graph)
    lines += prefetch_macros(prefix, layers)
    parameters = port_parameters(graph, ports) if plan.ports is None else []
    memory = ["uint8_t *arena", "uint8_t *state"] if plan.state_bytes else ["uint8_t *arena"]
    if pushed is not None:
        lines += pushed_type(plan, prefix) + pushed_declarations(parameters, memory, prefix)
    lines += [
        *(_OWN_PORTS if plan.ports is None else _ARENA_PORTS),
        f"int32_t {prefix}_run_in({', '.join([*parameters, *memory])});",
        f"#if !defined({upper}_NO_STATIC_ARENA)",
        *_arena_declaration(plan, prefix, shared),
        f"int32_t {prefix}_run({', '.join(parameters) or 'void'});",
        "#endif",
        *_reset_functions(plan, prefix),
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        "#endif",
        "",
    ]
    return "\n".join(lines)


def _about_memory(prefix: str, shared: Shared | None) -> list[str]:
    if shared is None:
        return [
            f"/* Working memory: static by default, or given by the caller with {prefix}_run_in. */"
        ]
    return [
        f"/* Working memory: by default {shared.arena}, which the models of {shared.name}.h share:",
        "   an inference of one overwrites what another has there. Or given by the caller with",
        f"   {prefix}_run_in. */",
    ]


def _arena_declaration(plan: MemoryPlan, prefix: str, shared: Shared | None) -> list[str]:
    if shared is not None:
        return [f"extern uint8_t {shared.arena}[{shared.arena_bytes}];"]
    if plan.ports is None:
        return []
    return [f"extern uint8_t {prefix}_arena[{prefix.upper()}_ARENA_BYTES];"]


def _stream_macros(stream: Stream, prefix: str, ports: list[str], graph: Graph) -> list[str]:
    name = f"{prefix.upper()}_STREAM"
    (index,) = (i for i, port in enumerate(graph.inputs) if port.value == stream.input)
    waits = (
        ["   They do not depend yet on the newest ones, DELAY_FRAMES of them."]
        if stream.delay
        else []
    )
    return [
        "/* The model looks at a window of frames that moves from call to call. Its input",
        f"   {ports[index]} takes the newest of them, FRAMES_PER_CALL, the oldest of these first;",
        "   the others are kept as state. Outputs are valid from call FIRST_VALID_CALL on, counted",
        "   from 1 at the start and at a reset: they depend on the last",
        f"   {stream.depth} frames, which have come then.",
        "   Until then they have values that say nothing.",
        *waits,
        "*/",
        f"#define {name}_FRAMES_PER_CALL {stream.hop}",
        f"#define {name}_WINDOW_FRAMES {stream.window}",
        f"#define {name}_FIRST_VALID_CALL {stream.first_result}",
        f"#define {name}_DELAY_FRAMES {stream.delay}",
        "",
    ]


def _state_macros(graph: Graph, plan: MemoryPlan, prefix: str) -> list[str]:
    if not plan.state_bytes:
        return []
    types = ((name, graph.types[name]) for name in graph.states)
    listed = [
        f"   {comment_text(n)}: {t.dtype}[{', '.join(map(str, t.shape))}], {t.bytes} bytes"
        for n, t in types
    ]
    return [
        "/* What one call leaves for the next, with the arena's alignment:",
        *listed[:-1],
        f"{listed[-1]} */",
        f"#define {prefix.upper()}_STATE_BYTES {plan.state_bytes}",
    ]


def _reset_functions(plan: MemoryPlan, prefix: str) -> list[str]:
    if not plan.state_bytes:
        return []
    return [
        "",
        "/* Each inference goes on where the one before it ended. This lets the next one begin",
        "   anew, as the first one does. Static memory is ready when the firmware starts; what a",
        "   caller gives has to be reset before its first inference. Two streams have a state",
        *_shared_memory(plan, prefix),
        f"void {prefix}_reset_in(uint8_t *state);",
        f"#if !defined({prefix.upper()}_NO_STATIC_ARENA)",
        f"void {prefix}_reset(void);",
        "#endif",
    ]


def _shared_memory(plan: MemoryPlan, prefix: str) -> list[str]:
    """The end of the sentence about two streams."""
    if pushed_input(plan.regions) is None:
        return ["   memory each, and may share the arena. */"]
    return [
        "   memory each, and an arena where they take turns within an inference. Rows that were",
        f"   pushed are forgotten by {prefix}_reset; make a {prefix}_rows of yours all zero. */",
    ]


def port_parameters(graph: Graph, ports: list[str]) -> list[str]:
    """The C parameters for inputs and outputs of the caller."""
    count = len(graph.inputs)
    return [
        f"{'const ' if i < count else ''}{C_TYPES[graph.types[p.value].dtype]} *{ports[i]}"
        for i, p in enumerate([*graph.inputs, *graph.outputs])
    ]


def _place_macros(arena: str, name: str, c_type: str, offset: int) -> list[str]:
    """Where a port lies in an arena of the caller, and in the static one."""
    return [
        f"#define {name}_OFFSET {offset}",
        f"#define {name}_IN(arena) (({c_type} *)(void *)((arena) + {offset}))",
        f"#define {name}_DATA {name}_IN({arena})",
        "",
    ]


def _port_macros(graph: Graph, port: Port, kind: str, name: str) -> list[str]:
    type_ = graph.types[port.value]
    shape = ", ".join(str(size) for size in type_.shape)
    unread = kind == "INPUT" and not graph.users(port.value) and not graph.is_output(port.value)
    lines = [
        f"/* {kind.lower()} {comment_text(port.value)}: {type_.dtype}[{shape}], {layout(port)}"
        f"{'; the model never reads it' if unread else ''} */",
        f"#define {name}_ELEMENTS {type_.elements}",
        f"#define {name}_BYTES {type_.bytes}",
        f"#define {name}_RANK {len(type_.shape)}",
        f"#define {name}_SHAPE {{ {shape} }}",
        f'#define {name}_LAYOUT "{layout(port)}"',
    ]
    if type_.quantization == BYTES and kind == "INPUT":
        lines += ["/* Of an image's bytes each less 128: (int8_t)(byte - 128), or byte ^ 0x80. */"]
    if type_.quantization is not None:
        lines += [
            "/* real = SCALE * (quantized - ZERO_POINT) */",
            f"#define {name}_SCALE {_decimal(type_.quantization.scale)}",
            f"#define {name}_ZERO_POINT ({type_.quantization.zero_point})",
        ]
    return [*lines, ""]


def _decimal(value: float) -> str:
    """The shortest decimal literal that is exactly this float32: C++ before 2017, which reads the
    header too, has no hexadecimal ones."""
    return f"{np.float32(value)!s}f"


def layout(port: Port) -> str:
    """The memory order of a port: letters for images (N, C, H, W) and sequences (N, C, L)."""
    letters = {4: "NCHW", 3: "NCL"}.get(len(port.shape))
    if port.permutation is not None and letters is not None:
        return "".join(letters[axis] for axis in port.permutation)
    if port.permutation is not None:
        return f"axis i here is axis p[i] of the model, p = {list(port.permutation)}"
    return "as in the model"
