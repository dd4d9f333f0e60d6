"""A program that asks a linked library for the scratch sizes of its kernels."""

from __future__ import annotations

from collections.abc import Mapping

from ..artifacts import Program
from ..ops import definition
from ..ops.base import Kernel, Layer
from .calls import scalar_or_name, scalar_values
from .emit import shared_headers
from .prototype import read_prototype


def scratch_query(layers: Mapping[str, Layer], selection: Mapping[str, Kernel]) -> Program:
    """A program without inputs whose output is one int32 a layer of ``selection``, in order.

    Every kernel of ``selection`` has a scratch_function.
    """
    files: dict[str, str] = {}
    lines = []
    for index, (name, kernel) in enumerate(selection.items()):
        header = definition(layers[name].op.name).header(kernel)
        files[kernel.header] = header.read_text()
        function = kernel.scratch_function
        assert function is not None
        parameters = read_prototype(header, function).parameters
        values = scalar_values(kernel, layers[name])
        arguments = ", ".join(scalar_or_name(p, layers[name], values) for p in parameters)
        lines.append(f"    sizes[{index}] = {function}({arguments});")
    includes = [f'#include "{name}"' for name in sorted(files)]
    body = ['#include "query.h"', *includes, "int32_t query_run(int32_t *sizes)", "{"]
    files |= shared_headers(files)
    files["query.h"] = "#include <stdint.h>\nint32_t query_run(int32_t *sizes);\n"
    files["query.c"] = "\n".join([*body, *lines, "    return 0;", "}", ""])
    files["weights.c"] = '#include "query.h"\n'
    size = 4 * len(selection)
    return Program("query", files, (), 0, 0, (), (size,), (), ("int32_t",), ())
