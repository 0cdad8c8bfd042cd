"""`validate`: what must hold of the image, seen from inside a VM made of it."""

from typing import cast

from shared.customizers.kind import VALIDATE
from shared.customizers.registry import customizer_to_json, read_customizers
from shared.domain.template import Validation, Validator
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader


def read_validation(properties: ObjectReader) -> Validation | None:
    """None when nothing is asked for: AIB's empty `validate` says as much as none."""
    properties.has("validate", since="2022-02-14")
    fields = properties.child("validate")
    if fields is None:
        return None
    validators = read_customizers(fields.children("inVMValidations"), VALIDATE)
    validation = Validation(
        validators=cast("tuple[Validator, ...]", validators),
        continue_distribute_on_failure=fields.boolean("continueDistributeOnFailure"),
        source_validation_only=fields.boolean("sourceValidationOnly"),
    )
    return None if validation == Validation() else validation


def validation_to_json(validation: Validation | None) -> JsonObject:
    if validation is None:
        return {}
    return {
        "continueDistributeOnFailure": validation.continue_distribute_on_failure,
        "sourceValidationOnly": validation.source_validation_only,
        "inVMValidations": [customizer_to_json(validator) for validator in validation.validators],
    }
