"""Builds one executable from the harness and any number of emitted programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..errors import TcmError
from ..ir.artifacts import ALIGNMENT, Program
from ..target import Target
from .toolchain import Toolchain, run_tool, toolchain_for

HARNESS = Path(__file__).parent.parent / "run" / "harness"
PROGRAMS_PER_FILE = 16


@dataclass(frozen=True)
class Image:
    """An executable that runs ``programs`` by index on the inputs it reads.

    ``flash_bytes``: code and constants of each program, where each was compiled by itself.
    """

    path: Path
    target: Target
    programs: tuple[Program, ...]
    trace: bool
    flash_bytes: tuple[int, ...]


class ImageSizeError(TcmError):
    """The emulated board has too little memory for all programs of an image."""


def build_image(
    programs: Sequence[Program],
    target: Target,
    folder: Path,
    *,
    trace: bool = False,
    separate: bool = False,
    include: Sequence[Path] = (),
    libraries: Sequence[Path] = (),
) -> Image:
    """Compiles and links into ``folder``.

    trace: every layer reports ticks and output. separate: each program is compiled file by file, as
    its user would, so that its size is known; otherwise many are compiled together, because
    starting the compiler costs more than compiling a small layer. include, libraries: those of a
    linked kernel library.

    Raises ImageSizeError if it does not fit into the emulated board, TcmError if a tool is missing
    or fails.
    """
    toolchain = toolchain_for(target)
    separate = separate or len(programs) == 1
    sources = write_sources(programs, folder, separate)
    # As system headers, so that warnings are about our code only.
    library_flags = [flag for path in include for flag in ("-isystem", str(path))]
    flags = [*toolchain.flags, f"-I{HARNESS}", *library_flags]
    model_flags = [*flags, "-include", str(HARNESS / "trace.h")] if trace else flags
    harness = ["harness.c", "host.c" if target.machine is None else "core.c"]
    harness_flags = [*flags, *_counter_flags(target)]
    if trace:
        harness.append("trace.c")
        harness_flags.append("-DTCM_TRACE")
    jobs = [(HARNESS / name, harness_flags) for name in harness]
    jobs += [(source, model_flags) for source in sources]
    jobs.append((folder / "image.c", flags))
    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(lambda job: _compile(toolchain, job[0], job[1], folder), jobs))
    path = folder / "image.elf"
    _link(toolchain, target, objects, libraries, path)
    sizes = _flash_bytes(toolchain, objects[len(harness) : -1]) if separate else []
    pairs = tuple(sum(sizes[i : i + 2]) for i in range(0, len(sizes), 2))
    return Image(path, target, tuple(programs), trace, pairs)


def _counter_flags(target: Target) -> list[str]:
    counter = None if target.machine is None else target.machine.counter
    defines = {"sse_counter": "TCM_COUNTER_SSE", "cmsdk_timer_secure": "TCM_COUNTER_SECURE"}
    return [f"-D{defines[counter]}"] if counter in defines else []


def write_sources(programs: Sequence[Program], folder: Path, separate: bool) -> list[Path]:
    """Writes every program to its own folder and image.c; returns the files to compile: two of each
    program if ``separate``, otherwise fewer that include them."""
    includes = []
    for index, program in enumerate(programs):
        home = folder / f"program_{index}"
        home.mkdir(parents=True, exist_ok=True)
        for name, text in program.files.items():
            (home / name).write_text(text, encoding="utf-8")
        includes.append(
            f'#include "program_{index}/{program.prefix}.c"\n#include "program_{index}/weights.c"\n'
        )
    (folder / "image.c").write_text(_image_source(programs))
    if separate:
        return [
            folder / f"program_{index}" / name
            for index, program in enumerate(programs)
            for name in (f"{program.prefix}.c", "weights.c")
        ]
    sources = []
    for start in range(0, len(includes), PROGRAMS_PER_FILE):
        source = folder / f"programs_{start}.c"
        source.write_text("".join(includes[start : start + PROGRAMS_PER_FILE]))
        sources.append(source)
    return sources


def padded(size: int) -> int:
    """Inputs and outputs of one program follow each other at aligned offsets."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def _image_source(programs: Sequence[Program]) -> str:
    lines = ['#include "harness.h"\n#include <stddef.h>']
    lines += [
        f'#include "program_{index}/{program.prefix}.h"' for index, program in enumerate(programs)
    ]
    entries = []
    for index, program in enumerate(programs):
        arguments = [
            *_arguments("const ", "inputs", program.input_types, program.input_bytes),
            *_arguments("", "outputs", program.output_types, program.output_bytes),
        ]
        lines.append(
            f"static int32_t run_{index}(const uint8_t *inputs, uint8_t *outputs)\n{{\n"
            f"    return {program.prefix}_run({', '.join(arguments)});\n}}"
        )
        sizes = _total(program.input_bytes), _total(program.output_bytes)
        reset = f"{program.prefix}_reset" if program.state_bytes else "NULL"
        entries.append(f"    {{run_{index}, {reset}, {sizes[0]}, {sizes[1]}}},")
    lines += ["const tcm_case tcm_cases[] = {", *entries, "};"]
    for name, sizes in (
        ("inputs", [program.input_bytes for program in programs]),
        ("outputs", [program.output_bytes for program in programs]),
    ):
        largest = max(1, *(_total(size) for size in sizes))
        lines.append(f"_Alignas({ALIGNMENT}) uint8_t tcm_{name}[{largest}];")
    return "\n".join(lines) + "\n"


def _total(sizes: Sequence[int]) -> int:
    return sum(padded(size) for size in sizes)


def _arguments(qualifier: str, base: str, types: Sequence[str], sizes: Sequence[int]) -> list[str]:
    arguments, offset = [], 0
    for c_type, size in zip(types, sizes, strict=True):
        arguments.append(f"({qualifier}{c_type} *)({qualifier}void *)({base} + {offset})")
        offset += padded(size)
    return arguments


def _compile(toolchain: Toolchain, source: Path, flags: Sequence[str], folder: Path) -> Path:
    name = source.relative_to(folder) if source.is_relative_to(folder) else Path(source.name)
    output = folder / ("_".join(name.parts) + ".o")
    run_tool([toolchain.compiler, *flags, "-c", source, "-o", output], folder)
    return output


def _link(
    toolchain: Toolchain,
    target: Target,
    objects: Sequence[Path],
    libraries: Sequence[Path],
    output: Path,
) -> None:
    flags: list[str] = [*toolchain.link_flags, "-Wl,--gc-sections"]
    if target.machine is not None:
        machine = target.machine
        symbols = {
            "CODE_ORIGIN": machine.code.origin,
            "CODE_LENGTH": machine.code.length,
            "DATA_ORIGIN": machine.data.origin,
            "DATA_LENGTH": machine.data.length,
        }
        flags += ["-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs"]
        flags += [f"-Wl,--defsym={name}={value}" for name, value in symbols.items()]
        flags += ["-T", str(HARNESS / "core.ld")]
    command = [toolchain.linker, *flags, *objects, *libraries, "-o", output]
    try:
        run_tool(command, output.parent)
    except TcmError as error:
        if target.machine is not None and "overflowed by" in str(error.got):
            raise ImageSizeError(
                "the image does not fit into the memory of the emulated board",
                where=f"{target.name} on {target.machine.name}",
                expected=f"at most {target.machine.code.length} bytes of code and constants, "
                f"{target.machine.data.length} of data",
                got=", ".join(re.findall(r"region .*? overflowed by \d+ bytes", str(error.got))),
            ) from None
        raise


def _flash_bytes(toolchain: Toolchain, objects: Sequence[Path]) -> list[int]:
    """Code and constants of each object (the "text" column of size)."""
    output = run_tool([toolchain.size, *objects], objects[0].parent)
    return [int(line.split()[0]) for line in output.splitlines()[1:]]
