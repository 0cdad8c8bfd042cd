"""What a template's owner should know although nothing is wrong: what Kiln accepts and does not act on."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.template import (
    Customizer,
    ImageTemplate,
    Optimization,
    PowerShellCustomizer,
    VmProfile,
    WindowsRestartCustomizer,
)


@dataclass(frozen=True)
class Note:
    """`path` is the place as ARM writes it, as in a problem."""

    path: str
    text: str


def notes_of(template: ImageTemplate) -> tuple[Note, ...]:
    """All notes on one template, in the order of AIB's description of the properties."""
    validators = template.validation.validators if template.validation else ()
    found = [
        *_of_identity(template.identity_id),
        *_of_customizers("properties.customize", template.customize),
        *_of_optimization(template.optimization),
        *_of_customizers("properties.validate.inVMValidations", validators),
        *_of_vm_profile(template.vm_profile),
    ]
    return tuple(Note(path, text) for path, text in found)


def _of_identity(identity_id: str | None) -> Iterator[tuple[str, str]]:
    if identity_id is not None:
        yield "identity", "is not used: Kiln reads and publishes with the identity of its own app"


def _of_customizers(place: str, customizers: tuple[Customizer, ...]) -> Iterator[tuple[str, str]]:
    for index, customizer in enumerate(customizers):
        path = f"{place}[{index}]"
        if isinstance(customizer, PowerShellCustomizer) and not customizer.run_as_system:
            yield f"{path}.runAsSystem", "runs as SYSTEM all the same: Kiln keeps no administrator's password"
        if isinstance(customizer, WindowsRestartCustomizer) and customizer.restart_command:
            yield f"{path}.restartCommand", "is not run: Kiln restarts the VM through Azure"


def _of_optimization(optimization: Optimization) -> Iterator[tuple[str, str]]:
    reason = "has no effect: AIB does it inside of Microsoft's own subscription, and no public API does"
    if optimization.vm_boot:
        yield "properties.optimize.vmBoot.state", reason
    if optimization.workload or optimization.workload_script_uri or optimization.workload_sha256:
        yield "properties.optimize.workload", reason


def _of_vm_profile(profile: VmProfile) -> Iterator[tuple[str, str]]:
    network = "properties.vmProfile.vnetConfig"
    if profile.container_subnet_id:
        yield f"{network}.containerInstanceSubnetId", "has no effect: Kiln needs no container instance"
    if profile.proxy_vm_size:
        yield (
            f"{network}.proxyVmSize",
            "has no effect: Kiln needs no proxy VM, for nothing logs in to the build VM",
        )
