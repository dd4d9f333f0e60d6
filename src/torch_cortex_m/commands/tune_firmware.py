"""tcm tune --firmware."""

from __future__ import annotations

from pathlib import Path

from ..errors import TcmError
from ..generate import Generated
from ..model.compiled import CompiledModel
from ..model.load import load
from ..ship import tuning_files, write_project
from ..ship.projects import MANIFEST
from ..staging import check_replaceable
from ..tune import Sized, candidate_models, images_of, table_name
from .tune import candidates_of_model, measure_emulated


def write_tuning_firmware(
    folder: Path, out: Path, tuning: Path, jobs: int, image_flash: int | None
) -> None:
    """Writes the files of a firmware with all kernels of all layers, or of several that each take
    at most ``image_flash`` bytes; for which they are measured on the emulated core. Raises
    TcmError."""
    check_replaceable(out, MANIFEST)
    images = _images(load(folder), tuning, jobs, image_flash)
    places = ["." if len(images) == 1 else f"image_{n}" for n in range(1, len(images) + 1)]
    files = {
        Path(place, name).as_posix(): text
        for place, image in zip(places, images, strict=True)
        for name, text in tuning_files(image).items()
    }
    write_project(files, out)  # as one, so that no image of another time stays
    for place, image in zip(places, images, strict=True):
        print(f"{out / place}: a firmware with {len(image)} kernels to measure")
    print(
        f"build and flash {'it' if len(images) == 1 else 'each'}, then: "
        f"tcm tune {folder} --tuning {tuning} --on serial:PORT"
    )


def _images(
    compiled: CompiledModel, tuning: Path, jobs: int, limit: int | None
) -> list[list[Generated]]:
    target, library = compiled.target, compiled.generated.library
    candidates = candidates_of_model(compiled)
    if not candidates:
        raise TcmError(
            "there is nothing to measure",
            expected="a model with layers",
            got="one that only hands on its inputs",
            hint="it needs no tuning",
        )
    models = candidate_models(candidates, target, library)
    if limit is None:
        return [models]
    measured = measure_emulated(compiled, tuning, jobs)
    sized: list[Sized] = []
    for candidate, model in zip(candidates, models, strict=True):
        found = measured.find(table_name(target), candidate.layer, candidate.kernel)
        assert found is not None, "measured just now"
        sized.append(Sized(candidate, model, found))
    images, too_large = images_of(sized, limit)
    if not images:
        raise TcmError(
            "no kernel fits an image",
            where="--image-flash",
            expected="room for some layers",
            got=f"{limit} bytes",
            hint="give it all the flash of the part that the rest of the firmware leaves",
        )
    for candidate in too_large:
        print(f"left out, as it does not fit {limit} bytes: {candidate.kernel}, {candidate.layer}")
    return [image.models for image in images]
