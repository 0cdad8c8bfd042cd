"""The functions of ARM's template language, one file for each page of Microsoft's reference."""

from arm_templates.functions import (
    array,
    cidr,
    comparison,
    date,
    deployment,
    lambdas,
    logical,
    numeric,
    object,
    resource,
    string,
)
from arm_templates.functions.function import Function, all_functions

_MODULES = (
    array,
    cidr,
    comparison,
    date,
    deployment,
    lambdas,
    logical,
    numeric,
    object,
    resource,
    string,
)
# By name in lower case: ARM ignores the case of functions.
FUNCTIONS: dict[str, Function] = all_functions(_MODULES)
