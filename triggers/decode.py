"""The body of a request as JSON."""

import azure.functions as func

from shared.api.arm import Refusal
from shared.domain.problems import InvalidTemplateError
from shared.template.json_text import load_json


def read_json(req: func.HttpRequest) -> object:
    """Raises Refusal 400 with the place of the fault for a body that is no JSON (RFC 8259) in UTF-8."""
    try:
        return load_json(req.get_body().decode())
    except UnicodeDecodeError as error:
        raise Refusal("InvalidRequestContent", f"the body is not UTF-8: {error}", 400) from error
    except InvalidTemplateError as error:
        raise Refusal("InvalidRequestContent", f"the body: {error}", 400, error.problems) from error
