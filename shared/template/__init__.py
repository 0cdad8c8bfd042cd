"""AIB's JSON and the domain's ImageTemplate: reading one into the other, and back."""

from shared.template.parse import parse_template

__all__ = ["parse_template"]
