"""Builds one executable from the harness and any number of emitted programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import TcmError
from ..ir.artifacts import Program
from ..target import Machine, Target
from .entries import arena_sections, image_source
from .library import KernelLibrary
from .toolchain import Toolchain, run_tool, sanitizing, toolchain_for

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
    checked: bool = False


class ImageSizeError(TcmError):
    """The emulated board has too little memory for all programs of an image."""


def build_image(
    programs: Sequence[Program],
    target: Target,
    folder: Path,
    *,
    trace: bool = False,
    separate: bool = False,
    checked: bool = False,
    library: KernelLibrary | None = None,
) -> Image:
    """Compiles and links into ``folder``.

    trace: every layer reports ticks and output. separate: each program is compiled file by file,
    as its user would, so that its size is known; otherwise many are compiled together, because
    starting the compiler costs more than compiling a small layer. checked: every access outside of
    a buffer ends the run, which is done twice (see run/harness/guarded.c), and on the host
    undefined behavior does; not for measuring. library: whose kernels the programs call.

    Raises ImageSizeError if it does not fit into the emulated board, TcmError if a tool is missing
    or fails.
    """
    toolchain = toolchain_for(target)
    if checked and target.machine is None:
        toolchain = sanitizing(toolchain)
    guarded = checked or target.machine is None
    separate = separate or len(programs) == 1
    sources = write_sources(programs, folder, separate, guarded)
    # As system headers, so that warnings are about our code only.
    include = () if library is None else library.include
    library_flags = [flag for path in include for flag in ("-isystem", str(path))]
    flags = [*toolchain.flags, f"-I{HARNESS}", *library_flags]
    flags += ["-DTCM_GUARDED"] if guarded else []
    # The emulated boards' script knows no sections of the user's.
    model_flags = [*flags, *(f"-D{p.prefix.upper()}_SECTION(where,name)=" for p in programs)]
    model_flags += ["-include", str(HARNESS / "trace.h")] if trace else []
    harness = _harness_sources(target, guarded, trace)
    harness_flags = [*flags, *_counter_flags(target)]
    harness_flags += ["-DTCM_TRACE"] if trace else []
    harness_flags += ["-DTCM_CHECKED"] if checked else []
    jobs = [(source, model_flags) for source in sources] + [(folder / "image.c", flags)]
    with ThreadPoolExecutor(2) as pool:
        own = pool.map(lambda n: _harness_object(toolchain, n, harness_flags, folder), harness)
        theirs = pool.map(lambda job: _compile(toolchain, job[0], job[1], folder), jobs)
        objects = [*own, *theirs]
    path = folder / "image.elf"
    archives = [] if library is None else [library.path]
    _link(toolchain, target, [*objects, *archives], path)
    sizes = _flash_bytes(toolchain, objects[len(harness) : -1]) if separate else []
    pairs = tuple(sum(sizes[i : i + 2]) for i in range(0, len(sizes), 2))
    return Image(path, target, tuple(programs), trace, pairs, checked)


def _harness_sources(target: Target, guarded: bool, trace: bool) -> list[str]:
    names = ["harness.c", "fences.c", "guarded.c" if guarded else "fenced.c"]
    if target.machine is None:
        names.append("host.c")
    else:
        names += ["core.c", "core_guard.c"] if guarded else ["core.c"]
    return [*names, "trace.c"] if trace else names


def _counter_flags(target: Target) -> list[str]:
    counter = None if target.machine is None else target.machine.counter
    defines = {"sse_counter": "TCM_COUNTER_SSE", "cmsdk_timer_secure": "TCM_COUNTER_SECURE"}
    return [f"-D{defines[counter]}"] if counter in defines else []


def write_sources(
    programs: Sequence[Program], folder: Path, separate: bool, guarded: bool
) -> list[Path]:
    """Writes every program to its own folder, image.c and arenas.ld; returns the files to compile:
    two of each program if ``separate``, otherwise fewer that include them."""
    includes = []
    for index, program in enumerate(programs):
        home = folder / f"program_{index}"
        home.mkdir(parents=True, exist_ok=True)
        for name, text in program.files.items():
            (home / name).write_text(text, encoding="utf-8")
        includes.append(
            f'#include "program_{index}/{program.prefix}.c"\n#include "program_{index}/weights.c"\n'
        )
    (folder / "image.c").write_text(image_source(programs, guarded))
    (folder / "arenas.ld").write_text("" if guarded else arena_sections(programs))
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


def _harness_object(toolchain: Toolchain, name: str, flags: Sequence[str], folder: Path) -> Path:
    output = folder / f"{name}.o"
    output.write_bytes(_compiled_harness(toolchain, name, tuple(flags)))
    return output


@lru_cache(64)
def _compiled_harness(toolchain: Toolchain, name: str, flags: tuple[str, ...]) -> bytes:
    """The object of a file of the harness, which many images have alike."""
    with TemporaryDirectory() as folder:
        return _compile(toolchain, HARNESS / name, flags, Path(folder)).read_bytes()


def _compile(toolchain: Toolchain, source: Path, flags: Sequence[str], folder: Path) -> Path:
    name = source.relative_to(folder) if source.is_relative_to(folder) else Path(source.name)
    output = folder / ("_".join(name.parts) + ".o")
    run_tool([toolchain.compiler, *flags, "-c", source, "-o", output], folder)
    return output


def _link(toolchain: Toolchain, target: Target, inputs: Sequence[Path], output: Path) -> None:
    """Objects and then archives, in this order."""
    flags: list[str] = [*toolchain.link_flags, "-Wl,--gc-sections"]
    command = [toolchain.linker, *flags, *inputs, "-o", output]
    if target.machine is None:
        run_tool(command, output.parent)
        return
    command += ["-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs", f"-L{HARNESS}"]
    _link_for_board(command, target.name, target.machine, output.parent)


def _link_for_board(command: list[str | Path], core: str, machine: Machine, folder: Path) -> None:
    """Links again, with constants or buffers in the board's large memory, if these do not fit."""
    places = {"CODE": "CODE", "DATA": "DATA"}
    script = folder / "board.ld"
    while True:
        script.write_text(_linker_script(machine, places["CODE"], places["DATA"]))
        try:
            run_tool([*command, "-T", script], folder)
            return
        except TcmError as error:
            overflowed = re.findall(r"region `(\w+)' overflowed by (\d+) bytes", str(error.got))
            if not overflowed:
                raise
            moved = {name: "LARGE" for name, _ in overflowed if places.get(name) == name}
            if machine.large is None or not moved:
                raise _does_not_fit(core, machine, overflowed) from None
            places |= moved


def _linker_script(machine: Machine, constants: str, buffers: str) -> str:
    """The board's memories, and which of them constants and buffers go to."""
    memories = {"CODE": machine.code, "DATA": machine.data}
    if machine.large is not None:
        memories["LARGE"] = machine.large
    lines = [
        f"    {name} : ORIGIN = {memory.origin:#x}, LENGTH = {memory.length:#x}"
        for name, memory in memories.items()
    ]
    aliases = f'REGION_ALIAS("CONSTANTS", {constants})\nREGION_ALIAS("BUFFERS", {buffers})\n'
    return "\n".join(["MEMORY", "{", *lines, "}", aliases, "INCLUDE core.ld", ""])


def _does_not_fit(
    core: str, machine: Machine, overflowed: Sequence[tuple[str, str]]
) -> ImageSizeError:
    large = 0 if machine.large is None else machine.large.length
    return ImageSizeError(
        "the image does not fit into the memory of the emulated board",
        where=f"{core} on {machine.name}",
        expected=f"at most {machine.code.length} bytes of code, {machine.data.length} of data"
        + (f", {large} of what does not fit there" if large else ""),
        got=", ".join(f"{name} overflowed by {size} bytes" for name, size in overflowed),
        hint="the emulated board limits only what runs on it: the model's C is complete, and runs "
        "on the host (on='host', --on host) or on a device with enough memory",
    )


def _flash_bytes(toolchain: Toolchain, objects: Sequence[Path]) -> list[int]:
    """Code and constants of each object (the "text" column of size)."""
    output = run_tool([toolchain.size, *objects], objects[0].parent)
    return [int(line.split()[0]) for line in output.splitlines()[1:]]
