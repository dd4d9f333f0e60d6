"""SOURCE on the command line: module.py:factory, or a saved model."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import TcmError

_FACTORY = (
    "write a function without parameters that returns "
    "(model, example_inputs) or (model, example_inputs, calibration)"
)
_CHECKPOINT = "it has weights, but no program: name a function that builds the model and loads them"
_KERAS = "convert it with TensorFlow to a .tflite file of full integer quantization"
_OTHER_FILES = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".safetensors"), _CHECKPOINT),
    **dict.fromkeys((".h5", ".keras", ".pb"), _KERAS),
    ".onnx": "ONNX is not read: take the model before its export to ONNX",
}
"""Ending of a file that is no model for us -> what to do."""
_FOLDER = "name the model's file; what tcm compile wrote is for tcm run, verify, profile and report"
_MODELS = (
    "models are a PyTorch module that a function of a Python file returns, a program that "
    "torch.export.save wrote (.pt2), or a TensorFlow Lite file quantized to int8 (.tflite)"
)

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True)
class Source:
    model: Any
    example_inputs: Any = None
    calibration: Any = None


def load_source(text: str) -> Source:
    """The model, its example inputs and calibration data.

    Raises TcmError if the file or the factory is missing, fails, or returns something else.
    """
    if text.endswith((".pt2", ".tflite")):
        return Source(Path(text))
    path_text, _, factory_name = text.rpartition(":")
    if not is_factory(text):
        raise TcmError(
            "SOURCE is not understood",
            expected="module.py:function, model.pt2 or model.tflite",
            got=text,
            hint=_instead(text, path_text, factory_name),
        )
    factory = _factory(Path(path_text), factory_name)
    try:
        result = factory()
    except TcmError:
        raise
    except Exception as error:
        raise _failed(f"{factory_name}() failed", Path(path_text), error) from None
    if not isinstance(result, tuple) or len(result) not in (2, 3) or not _is_model(result[0]):
        raise TcmError(
            f"{factory_name}() does not return what is needed",
            where=text,
            expected="a tuple (model, example_inputs) or (model, example_inputs, calibration), "
            "where model is a torch.nn.Module or a torch.export.ExportedProgram",
            got=_kinds(result),
            hint="let the function return them in this order, the example inputs as a tuple",
        )
    return Source(*result)


def is_factory(text: str) -> bool:
    """Whether this names a function of a Python file."""
    return text.rpartition(":")[0].endswith(".py")


def _instead(text: str, path: str, factory: str) -> str:
    """What to write for a source that is not understood."""
    if text.endswith(".py"):
        return f"name the function: {text}:FUNCTION"
    if os.path.isfile(f"{path}.py"):
        return f"name the file: {path}.py:{factory}"
    if os.path.isdir(text):
        return _FOLDER
    endings = (os.path.splitext(each)[1].lower() for each in (text, path))
    return next((_OTHER_FILES[each] for each in endings if each in _OTHER_FILES), _MODELS)


def _is_model(value: Any) -> bool:
    from torch import nn
    from torch.export import ExportedProgram

    return isinstance(value, nn.Module | ExportedProgram)


def _kinds(value: Any) -> str:
    """The type of a value; of a tuple, the types of its elements."""
    if not isinstance(value, tuple):
        return type(value).__name__
    return f"a tuple ({', '.join(type(element).__name__ for element in value)})"


def _factory(path: Path, name: str) -> Any:
    if not os.path.isfile(path):
        raise TcmError(
            "file not found",
            where=str(path.resolve()),
            expected="a Python file",
            got="a folder" if os.path.isdir(path) else "no such file",
            hint="check the path, which counts from the current folder",
        )
    module_name = path.stem if path.stem not in sys.modules else f"source_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _failed("the file cannot be imported", path, error) from None
    factory = getattr(module, name, None)
    if not _is_function(factory):
        factories = [key for key in vars(module) if _may_be_factory(module, key)]
        raise TcmError(
            "the file has no such function",
            where=str(path),
            expected=f"one of {', '.join(factories)}" if factories else "a function",
            got=name if factory is None else f"{name}, which is a {type(factory).__name__}",
            hint=_FACTORY,
        )
    _check_parameters(factory, path)
    return factory


def _is_function(value: Any) -> bool:
    """Whether this is called to get something: also a partial or a cached function, but neither a
    class nor a model."""
    return callable(value) and not isinstance(value, type) and not hasattr(value, "forward")


def _may_be_factory(module: ModuleType, name: str) -> bool:
    """Whether this is a public function of the file itself that can be called as it is."""
    value = getattr(module, name)
    if not _is_function(value) or getattr(value, "__module__", None) != module.__name__:
        return False
    return not name.startswith("_") and not _needed(value)


def _needed(factory: Any) -> list[str]:
    """The parameters that it cannot be called without."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):  # of a callable that is not Python
        return []
    return [p.name for p in parameters if p.default is p.empty and p.kind not in _VARIADIC]


def _check_parameters(factory: Any, path: Path) -> None:
    needed = _needed(factory)
    if needed:
        raise TcmError(
            "the function has parameters that nobody gives",
            where=f"{path}:{factory.__name__}" if hasattr(factory, "__name__") else str(path),
            expected="none, or all with defaults",
            got=", ".join(needed),
            hint=_FACTORY,
        )


def _failed(what: str, path: Path, error: Exception) -> TcmError:
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    lines = [line for file, line in places if line and Path(file).name == path.name]
    where = f"{path}:{lines[-1]}" if lines else str(path)
    return TcmError(
        what,
        where=where,
        got=f"{type(error).__name__}: {error}",
        hint="your code raised this: run it in Python to see all of the calls that led there",
    )
