"""Emitted C -> an executable image for the host or an emulated core."""

from .image import Image, ImageSizeError, build_image
from .library import KernelLibrary, open_library
from .toolchain import COMPILERS, Toolchain, toolchain_for

__all__ = [
    "COMPILERS",
    "Image",
    "ImageSizeError",
    "KernelLibrary",
    "Toolchain",
    "build_image",
    "open_library",
    "toolchain_for",
]
