"""The C of constant data: a header that declares it, and a source that has it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .arrays import C_TYPES, array_values
from .pool import Pool
from .sections import in_section, sections_file


def constants_header(arrays: Mapping[str, np.ndarray], guard: str) -> str:
    """guard: the macro that stands for the header."""
    lines = [f"#ifndef {guard}", f"#define {guard}", "", "#include <stdint.h>", ""]
    lines += [
        f"extern const {C_TYPES[str(data.dtype)]} {name}[{max(data.size, 1)}];"
        for name, data in arrays.items()
    ]
    return "\n".join([*lines, "", "#endif", ""])


def constants_source(pool: Pool, header: str) -> str:
    parts = [f'#include "{header}"\n']
    if pool.array_sections:
        parts.append(f'#include "{sections_file(pool.owner)}"\n')
    for name, data in pool.arrays.items():
        place = in_section(pool.owner, pool.array_sections.get(name, ""), name)
        shape = " x ".join(str(size) for size in data.shape) or "scalar"
        parts.append(
            f"/* {shape} */\n"
            f"{place}_Alignas(16) const {C_TYPES[str(data.dtype)]} {name}[{data.size}] = {{\n"
            f"{array_values(data)}\n}};\n"
        )
    return "\n".join(parts)
