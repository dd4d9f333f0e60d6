"""Puts several models into one folder: each keeps its header and its functions, and they share
constants, equal functions of layers and the arena."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import TcmError
from ..ir import Graph
from ..ir.artifacts import ALIGNMENT, NO_SECTIONS, MemoryPlan, Sections
from ..ops.base import Header, Kernel, Layer
from .calls import function_source
from .constants import constants_header, constants_source
from .emit import GENERATED, NOINLINE, Emitter, shared_headers
from .guard import GUARD_END, Guard
from .pool import Function, Pool, Shared
from .project import cmake_lists
from .sections import in_section, sections_file, sections_header
from .shipped import defined_names


@dataclass(frozen=True)
class LinkedModel:
    """What ``emit`` takes of a model."""

    graph: Graph
    layers: Mapping[str, Layer]
    selection: Mapping[str, Kernel]
    plan: MemoryPlan
    prefix: str
    guard: Guard | None
    sections: Sections = NO_SECTIONS


@dataclass(frozen=True)
class Linked:
    """The files of several models. constant_bytes: of all constants, each once; functions: how many
    there are, of layers, and how many of these several models call."""

    files: Mapping[str, str]
    arena_bytes: int
    constant_bytes: int
    functions: int
    shared_functions: int


def emit_linked(models: Sequence[LinkedModel], name: str, guard: Guard | None) -> Linked:
    """name: the prefix of the files that they share. guard: what these need of the compiler. What
    one model alone calls stays in its own file, where the compiler knows all calls.

    Raises TcmError if names of the models meet, or they place the arena differently.
    """
    pool = Pool(name)
    shared = Shared(name, max(1, *(model.plan.arena_bytes for model in models)), pool)
    arena_section = _arena_section(models)
    _check_own_headers(models)
    emitters = [
        Emitter(m.graph, m.layers, m.selection, m.plan, m.prefix, m.guard, shared, m.sections)
        for m in models
    ]
    bodies = [emitter.body() for emitter in emitters]  # all calls are known from here on
    own = [emitter.own_files(body) for emitter, body in zip(emitters, bodies, strict=True)]
    functions = pool.shared_functions()
    weights = f"{name}_weights.h"
    common = {
        f"{name}.h": _whole_header(models, shared),
        f"{name}.c": _arena_source(models, shared, arena_section),
        f"{name}_kernels.h": _kernels_header(functions, name),
        f"{name}_kernels.c": _kernels_source(functions, pool, guard),
        weights: constants_header(pool.arrays, f"{name.upper()}_WEIGHTS_H"),
        f"{name}_weights.c": constants_source(pool, weights),
    }
    if any(model.sections.names() for model in models):
        common[sections_file(name)] = sections_header(name)
    written = [pair for each in (common, *own) for pair in each.items()]
    _check_once([key.lower() for key, _ in written], "files")
    files = {key: GENERATED + text for key, text in written}
    _check_names([files[f"{each}.h"] for each in (name, *(m.prefix for m in models))], shared)
    sources = sorted(key for key in files if key.endswith(".c"))
    for emitter in emitters:
        files |= emitter.kernel_headers()
    files |= shared_headers(files)
    libraries = sorted({each for emitter in emitters for each in emitter.providers()})
    files["CMakeLists.txt"] = cmake_lists(name, sources, libraries)
    return Linked(
        files, shared.arena_bytes, pool.constant_bytes, len(pool.functions), len(functions)
    )


def _whole_header(models: Sequence[LinkedModel], shared: Shared) -> str:
    upper = shared.name.upper()
    return "\n".join(
        [
            f"#ifndef {upper}_H",
            f"#define {upper}_H",
            "",
            *(f'#include "{model.prefix}.h"' for model in models),
            "",
            "/* The working memory of all of them, which run one after the other. */",
            f"#define {upper}_ARENA_BYTES {shared.arena_bytes}",
            "",
            "#endif",
            "",
        ]
    )


def _arena_section(models: Sequence[LinkedModel]) -> str:
    """The one that models chose for it. Raises TcmError if it is not the same for all of these."""
    chosen = {m.sections.arena: m.prefix for m in models if m.sections.arena}
    if len(chosen) > 1:
        raise TcmError(
            "the models place the arena, which they share, in different sections",
            expected="one section",
            got=", ".join(f"{section} for {prefix}" for section, prefix in chosen.items()),
            hint="compile one of them again with another --place arena=SECTION",
        )
    return next(iter(chosen), "")


def _arena_source(models: Sequence[LinkedModel], shared: Shared, section: str) -> str:
    needed = " || ".join(f"!defined({m.prefix.upper()}_NO_STATIC_ARENA)" for m in models)
    place = in_section(shared.name, section, shared.arena)
    included = f'#include "{sections_file(shared.name)}"\n' if section else ""
    return f"""#include "{shared.name}.h"
{included}
#if {needed}
{place}_Alignas({ALIGNMENT}) uint8_t {shared.arena}[{shared.name.upper()}_ARENA_BYTES];
#endif
"""


def _kernels_header(functions: Sequence[Function], name: str) -> str:
    guard = f"{name.upper()}_KERNELS_H"
    lines = [f"#ifndef {guard}", f"#define {guard}", "", "#include <stdint.h>", ""]
    lines += ["/* What layers of several models call. */", *(f"{each.head};" for each in functions)]
    return "\n".join([*lines, "", "#endif", ""])


def _kernels_source(functions: Sequence[Function], pool: Pool, guard: Guard | None) -> str:
    headers = sorted({each.header for each in functions})
    lines = [f'#include "{pool.owner}_kernels.h"\n', "#include <string.h>\n"]
    if any(each.section for each in functions):
        lines += [f'#include "{sections_file(pool.owner)}"\n']
    lines += [] if guard is None else [guard.opening()]
    lines += [*(f'#include "{header}"' for header in headers), "", NOINLINE]
    lines += [function_source(each, "", pool.owner) for each in functions]
    return "\n".join([*lines, *([] if guard is None else [GUARD_END])])


def _check_own_headers(models: Sequence[LinkedModel]) -> None:
    """Those of different models are one, or have no name together: they lie in one folder, and
    functions that models share in one file."""
    owners: dict[str, tuple[Header, str]] = {}
    for model in models:
        for header in {kernel.own_header for kernel in model.selection.values()} - {None}:
            assert header is not None
            for name in (header.name.lower(), *sorted({*defined_names(header.text)})):
                owner, prefix = owners.setdefault(name, (header, model.prefix))
                if owner != header:
                    raise TcmError(
                        "kernels of the models' own have one name",
                        where=model.prefix,
                        expected="the same header, or headers with names of their own",
                        got=f"{name}, as {prefix} has in another {owner.name}",
                        hint="rename it, and compile this model again",
                    )


def _check_names(headers: Sequence[str], shared: Shared) -> None:
    """Nothing of one model is called as something of another."""
    public = (name for text in headers for name in {*defined_names(text)} - {shared.arena})
    pool = shared.pool
    functions = (each.name for each in pool.functions.values())
    _check_once([*public, *pool.arrays, *functions], "names in the C")


def _check_once(names: Sequence[str], what: str) -> None:
    met = sorted(name for name, count in Counter(names).items() if count > 1)
    if met:
        raise TcmError(
            f"{what} of the models meet",
            expected="models whose names, with what is added to them, are different",
            got=", ".join(met[:4]),
            hint="compile one of them again with another --name, or link with another --name",
        )
