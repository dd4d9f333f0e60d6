"""Compiles a .tflite file with what is installed, which need not be PyTorch.

    python tests/wheel_alone.py

Prints what stands for all that was written for a few cores and for what it computes here: the same
with every Python and every numpy. tcm-manifest.json names the versions and is set aside.
"""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import torch_cortex_m as tcm
from torch_cortex_m.manifest import MANIFEST

sys.path.append(str(Path(__file__).parent / "tflite"))

from operator_models import network

TARGETS = ("cortex-m0", "cortex-m4", "cortex-m55")


def main() -> None:
    model, digest = network(), sha256()
    with TemporaryDirectory() as temporary:
        path = Path(temporary, "network.tflite")
        path.write_bytes(model.content)
        for target in TARGETS:
            folder = Path(temporary, target)
            _tcm("compile", path, "--target", target, "-o", folder)
            for file in sorted(path for path in folder.iterdir() if path.name != MANIFEST):
                digest.update(file.read_bytes())
            for sample in model.samples(2):
                (result,) = tcm.load(folder).run_arrays(sample, raw=True)
                digest.update(result.tobytes())
    print(f"files and results {digest.hexdigest()[:12]}")


def _tcm(*arguments: str | Path) -> None:
    subprocess.run([Path(sys.executable).parent / "tcm", *arguments], check=True)


if __name__ == "__main__":
    main()
