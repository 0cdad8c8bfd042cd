"""Azure Resource Manager templates: parameters, variables, expressions and copies become plain resources.

A package of its own, for the command line and for the local cloud alike: it knows nothing of Kiln and imports
nothing but the standard library and isodate. Source of every rule: learn.microsoft.com, "Understand the
structure and syntax of ARM templates" and "ARM template functions".
"""

from arm_templates.expand import ExpandedTemplate, Resource, expand_template, is_deployment_template
from arm_templates.faults import Fault, TemplateError
from arm_templates.parameter_file import read_parameter_file
from arm_templates.scope import Deployment

__all__ = [
    "Deployment",
    "ExpandedTemplate",
    "Fault",
    "Resource",
    "TemplateError",
    "expand_template",
    "is_deployment_template",
    "read_parameter_file",
]
