"""What the template reader accepts and no activity acts on yet: such a build is refused, nothing is ignored.

A property leaves this list with the activity that acts on it.
"""

from shared.customizers.registry import steps_of
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.steps import StepKind
from shared.domain.template import (
    ErrorHandling,
    ImageTemplate,
    ManagedImageDistributor,
    OsState,
    PlatformImageSource,
    SharedImageDistributor,
    SharedImageVersionSource,
)


def check_buildable(template: ImageTemplate) -> None:
    """Raises BuildFailed(ValidationFailed) with the place of everything that cannot be built yet."""
    found = [*_of_source(template), *_of_steps(template), *_of_build(template), *_of_outputs(template)]
    if found:
        places = ", ".join(f"properties.{place}" for place in found)
        raise BuildFailed(BuildError("ValidationFailed", f"this version of Kiln cannot build yet: {places}"))


def _of_source(template: ImageTemplate) -> list[str]:
    source = template.source
    if isinstance(source, PlatformImageSource):
        return []
    if not isinstance(source, SharedImageVersionSource):
        return [f"source ({source.type})"]
    direct_shared = source.image_version_id.lower().startswith("/sharedgalleries/")
    return ["source"] if direct_shared or source.os_state is OsState.SPECIALIZED else []


def _of_steps(template: ImageTemplate) -> list[str]:
    return [
        f"customize[{step.index}] ({step.type})"
        for step in steps_of(template)
        if step.kind is StepKind.RESTART or step.os_type != "Linux" or step.environment or step.secrets
    ]


def _of_build(template: ImageTemplate) -> list[str]:
    asked = {
        "validate": template.validation is not None,
        "errorHandling": template.error_handling != ErrorHandling(),
        "additionalDataDisks": bool(template.data_disks_gb),
        "osState": template.os_state is OsState.SPECIALIZED,
    }
    return [name for name, is_asked in asked.items() if is_asked]


def _of_outputs(template: ImageTemplate) -> list[str]:
    return [
        f"distribute[{index}] ({output.type})"
        for index, output in enumerate(template.distribute)
        if isinstance(output, ManagedImageDistributor)
        or (isinstance(output, SharedImageDistributor) and output.end_of_life_date)
    ]
