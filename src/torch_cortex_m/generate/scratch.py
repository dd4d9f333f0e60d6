"""The scratch memory that a linked library's kernels ask for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from ..build import KernelLibrary
from ..emit import scratch_query
from ..ops.base import Kernel, Layer
from ..runner import Runner
from ..target import Target

Key = TypeVar("Key", bound=Hashable)


def library_scratch_bytes(
    asked: Mapping[Key, tuple[Kernel, Layer]], target: Target, library: KernelLibrary
) -> dict[Key, int]:
    """Scratch bytes by key, asked of the library itself on the emulated core.

    Every kernel has a scratch_function. Raises TcmError if a tool is missing or fails.
    """
    if not asked:
        return {}
    with Runner([scratch_query(list(asked.values()))], target, library=library) as runner:
        (execution,) = runner.run([(0, ())])
    sizes = np.frombuffer(execution.outputs[0], np.int32)
    return {key: int(size) for key, size in zip(asked, sizes, strict=True)}
