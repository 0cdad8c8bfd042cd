"""What in a template AIB has no words for, so that it needs Kiln's own api-version."""

from shared.customizers.registry import customizer_kinds
from shared.domain.template import (
    Cache,
    Customizer,
    Distributor,
    FileCustomizer,
    ImageTemplate,
    OsState,
    PowerShellCustomizer,
    ScriptOptions,
    SharedImageDistributor,
    ShellCustomizer,
)
from shared.template.sources import source_is_kilns_own


def uses_own_additions(template: ImageTemplate) -> bool:
    validators = template.validation.validators if template.validation else ()
    return (
        source_is_kilns_own(template.source)
        or template.os_state is OsState.SPECIALIZED
        or any(_customizer_is_own(customizer) for customizer in (*template.customize, *validators))
        or any(_distributor_is_own(distributor) for distributor in template.distribute)
    )


def _customizer_is_own(customizer: Customizer) -> bool:
    if customizer.cache is not Cache.ON:
        return True
    match customizer:
        case ShellCustomizer() | PowerShellCustomizer():
            return customizer.options != ScriptOptions()
        case FileCustomizer():
            return customizer.extract
        case _:
            return customizer_kinds()[customizer.type].kilns_own


def _distributor_is_own(distributor: Distributor) -> bool:
    return isinstance(distributor, SharedImageDistributor) and bool(distributor.end_of_life_date)
