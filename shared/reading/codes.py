"""The codes that a problem of a template may carry."""

from typing import Literal

# AIB's provisioningErrorCode values that concern input (api-version 2025-10-01), then ARM's own.
Code = Literal[
    "BadSourceType",
    "BadPIRSource",
    "BadManagedImageSource",
    "BadSharedImageVersionSource",
    "BadCustomizerType",
    "UnsupportedCustomizerType",
    "NoCustomizerScript",
    "BadValidatorType",
    "UnsupportedValidatorType",
    "NoValidatorScript",
    "BadDistributeType",
    "BadSharedImageDistribute",
    "BadStagingResourceGroup",
    "ValidationFailed",
]
