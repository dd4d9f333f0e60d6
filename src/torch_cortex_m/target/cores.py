"""The cores that ``target=`` accepts by name."""

from __future__ import annotations

from dataclasses import replace

from .types import Machine, MemoryRegion, Target

MEGABYTE = 1 << 20

_SSRAM1, _SSRAM23 = MemoryRegion(0, 4 * MEGABYTE), MemoryRegion(0x20000000, 4 * MEGABYTE)
_PSRAM_BYTES = 16 * MEGABYTE

_AN385 = Machine(
    "mps2-an385", _SSRAM1, _SSRAM23, "cmsdk_timer", large=MemoryRegion(0x21000000, _PSRAM_BYTES)
)
_AN386 = replace(_AN385, name="mps2-an386")
_AN500 = replace(_AN385, name="mps2-an500", large=MemoryRegion(0x60000000, _PSRAM_BYTES))
_AN505 = Machine(
    "mps2-an505",
    MemoryRegion(0x10000000, 4 * MEGABYTE),
    MemoryRegion(0x38000000, 4 * MEGABYTE),
    "cmsdk_timer_secure",
    large=MemoryRegion(0x80000000, _PSRAM_BYTES),
)
# Of its 2 GB of DDR, what is below the secure alias.
_AN547 = Machine(
    "mps3-an547",
    MemoryRegion(0, MEGABYTE // 2),
    MemoryRegion(0x21000000, 2 * MEGABYTE),
    "sse_counter",
    large=MemoryRegion(0x60000000, 256 * MEGABYTE),
)

_DSP = frozenset({"dsp"})
_DUAL_ISSUE = _DSP | {"dual issue"}
_MVE = frozenset({"dsp", "mve"})


def _core(name: str, machine: Machine, features: frozenset[str], *flags: str) -> Target:
    return Target(name, ("-mthumb", *flags), features, machine)


CORES: dict[str, Target] = {
    target.name: target
    for target in (
        _core("cortex-m0", _AN385, frozenset(), "-mcpu=cortex-m0"),
        _core("cortex-m0plus", _AN385, frozenset(), "-mcpu=cortex-m0plus"),
        _core("cortex-m3", _AN385, frozenset(), "-mcpu=cortex-m3"),
        _core(
            "cortex-m4", _AN386, _DSP, "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"
        ),
        _core(
            "cortex-m7",
            _AN500,
            _DUAL_ISSUE,
            "-mcpu=cortex-m7",
            "-mfloat-abi=hard",
            "-mfpu=fpv5-d16",
        ),
        _core(
            "cortex-m33", _AN505, _DSP, "-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"
        ),
        _core("cortex-m55", _AN547, _MVE, "-mcpu=cortex-m55", "-mfloat-abi=hard"),
        # GCC 12 has no -mcpu=cortex-m85; its instruction set is the M55's with double precision.
        _core("cortex-m85", _AN547, _MVE, "-march=armv8.1-m.main+mve.fp+fp.dp", "-mfloat-abi=hard"),
    )
}
"""Core name -> target, from the smallest core to the largest."""

HOST = Target("host")
"""The machine that runs the compiler; its kernels are portable C for any machine."""


def cores_like(target: Target) -> list[str]:
    """The core, and the others with the same features; it alone where there are none: then more
    depends on how fast it multiplies and loads."""
    others = (core for core in CORES.values() if core.name != target.name)
    alike = [core.name for core in others if core.features == target.features]
    return [target.name, *(alike if target.features else ())]
