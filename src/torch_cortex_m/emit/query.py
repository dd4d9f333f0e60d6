"""A program that asks a linked library for the scratch sizes of its kernels."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.artifacts import Program
from ..ops import definition
from ..ops.base import Kernel, Layer
from .calls import scalar_or_name, scalar_values
from .emit import shared_headers
from .prototype import read_prototype


def scratch_query(asked: Sequence[tuple[Kernel, Layer]]) -> Program:
    """A program without inputs whose output is one int32 for each kernel and layer, in order.

    Every kernel has a scratch_function.
    """
    files: dict[str, str] = {}
    lines = []
    for index, (kernel, layer) in enumerate(asked):
        header = definition(layer.op.name).header(kernel)
        files[kernel.header] = header.read_text()
        function = kernel.scratch_function
        assert function is not None
        parameters = read_prototype(header, function).parameters
        values = scalar_values(kernel, layer)
        arguments = ", ".join(scalar_or_name(p, layer, values) for p in parameters)
        lines.append(f"    sizes[{index}] = {function}({arguments});")
    includes = [f'#include "{name}"' for name in sorted(files)]
    body = ['#include "query.h"', *includes, "int32_t query_run(int32_t *sizes)", "{"]
    files |= shared_headers(files)
    files["query.h"] = "#include <stdint.h>\nint32_t query_run(int32_t *sizes);\n"
    files["query.c"] = "\n".join([*body, *lines, "    return 0;", "}", ""])
    files["weights.c"] = '#include "query.h"\n'
    size = 4 * len(asked)
    return Program("query", files, (), 0, 0, (), (size,), (), ("int32_t",))
