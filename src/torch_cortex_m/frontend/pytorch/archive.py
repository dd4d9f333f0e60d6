"""Loads a .pt2 file without running anything that stands in it.

torch.export.load would: it unpickles example inputs and tensors of subclasses, loads shared
libraries, looks up operators by any name of Python, evaluates symbolic sizes and pastes names into
the source of a function. Here the archive is data. Tensors are read as the bytes that they are,
example inputs by the unpickler that knows tensors and containers only, and torch rebuilds the
program from JSON of which every part was checked before (``serialized``).
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch._export.serde import schema
from torch._export.serde.serialize import (
    ExportedProgramDeserializer,
    deserialize_scalar_type,
    deserialize_size,
    deserialize_storage_offset,
    deserialize_stride,
)
from torch.export import ExportedProgram
from torch.export.pt2_archive import constants as places

from ...errors import TcmError, warn
from .quiet import quiet
from .serialized import checked_program, from_json

MODEL = "model"
"""The name that torch.export.save gives to the one program of a file."""

MOST_BYTES = 1 << 30
"""Of all records that are read together; far more than a microcontroller's model has."""

ExampleInputs = tuple[Any, ...]


def load_program(path: Path) -> tuple[ExportedProgram, ExampleInputs | None]:
    """The program of a .pt2 file and its example inputs, if it carries any that are plain tensors.

    Positional example inputs come first, then the named ones. The program takes its tensors as a
    flat tuple and returns one, whatever structure they had in Python.

    Raises TcmError for what cannot be read without running code of the file, or cannot be
    compiled; OSError, LookupError, TypeError, ValueError, RuntimeError or AssertionError for a
    file that is no archive of torch.export.save or is damaged.
    """
    with zipfile.ZipFile(path) as file:
        archive = _Archive(file)
        if archive.read(places.ARCHIVE_FORMAT_PATH) != places.ARCHIVE_FORMAT_VALUE.encode():
            raise ValueError("not an archive of torch.export.save")
        if archive.read(places.ARCHIVE_VERSION_PATH) != places.ARCHIVE_VERSION_VALUE.encode():
            raise ValueError("another version of the archive's format")
        serialized = checked_program(archive.json(places.MODELS_FILENAME_FORMAT))
        weights = archive.tensors(places.WEIGHTS_CONFIG_FILENAME_FORMAT, places.WEIGHTS_DIR)
        constants = archive.tensors(places.CONSTANTS_CONFIG_FILENAME_FORMAT, places.CONSTANTS_DIR)
        examples = archive.example_inputs()
    with quiet():
        program = ExportedProgramDeserializer().deserialize(serialized, weights, constants)
    return program, examples


class _Archive:
    """The records of a .pt2 file, by their names inside its one folder."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file
        self.folder = file.namelist()[0].partition("/")[0]
        self.read_bytes = 0

    def has(self, record: str) -> bool:
        return f"{self.folder}/{record}" in self.file.NameToInfo

    def read(self, record: str) -> bytes:
        info = self.file.getinfo(f"{self.folder}/{record}")
        self.read_bytes += info.file_size
        if self.read_bytes > MOST_BYTES:
            raise TcmError(
                "the file is too large for a microcontroller's model",
                expected=f"at most {MOST_BYTES} bytes",
                got=f"{self.read_bytes} bytes and more",
                hint="check that it is the right file, or take a smaller model",
            )
        return self.file.read(info)

    def json(self, record: str) -> Any:
        return json.loads(self.read(record.format(MODEL)))

    def tensors(self, config: str, folder: str) -> dict[str, Tensor]:
        """Name -> tensor, of the weights or the constants; what is a parameter stays one."""
        payload = from_json(schema.PayloadConfig, self.json(config))
        contents: dict[str, bytearray] = {}
        result = {}
        for name, meta in payload.config.items():
            if meta.use_pickle or meta.tensor_meta is None:
                raise _pickled(name)
            if meta.path_name not in contents:
                contents[meta.path_name] = bytearray(self.read(f"{folder}{meta.path_name}"))
            tensor = _tensor(contents[meta.path_name], meta.tensor_meta)
            if meta.is_param:
                tensor = nn.Parameter(tensor, requires_grad=meta.tensor_meta.requires_grad)
            result[name] = tensor
        return result

    def example_inputs(self) -> ExampleInputs | None:
        """None, with a warning, where they are more than tensors in containers."""
        record = places.SAMPLE_INPUTS_FILENAME_FORMAT.format(MODEL)
        content = self.read(record) if self.has(record) else b""
        if not content:
            return None
        try:
            with quiet():
                positional, named = torch.load(io.BytesIO(content), weights_only=True)
                return (*positional, *named.values())
        except Exception:  # whatever a pickle of somebody's choice may raise
            warn(
                "the example inputs in the file are left out: they are pickled objects other than "
                "tensors, and to load those could run code of the file"
            )
            return None


def _tensor(content: bytearray, meta: schema.TensorMeta) -> Tensor:
    """A view of a record's bytes, which tensors may share."""
    if sys.byteorder != "little":
        raise RuntimeError("the file's tensors are little-endian, this machine is not")
    dtype = deserialize_scalar_type(meta.dtype)
    flat = torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)
    return flat.as_strided(
        deserialize_size(meta.sizes),
        deserialize_stride(meta.strides),
        deserialize_storage_offset(meta.storage_offset),
    )


def _pickled(name: str) -> TcmError:
    return TcmError(
        "the file has a pickled object where a tensor is needed",
        where=f"'{name}'",
        expected="plain tensors, which are stored as bytes",
        got="a pickle; to load it could run code of the file",
        hint="convert tensor subclasses to plain tensors before torch.export.export, or compile "
        "the module in Python (module.py:factory)",
    )
