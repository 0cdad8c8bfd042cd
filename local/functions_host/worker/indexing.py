"""Finds the functions of an app: imports its script, takes its one app object, describes and checks each
function.
"""

import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import azure.functions as func
from azure.functions.decorators.function_app import Function

from local.functions_host.settings import Json

from . import http_streams
from .signature import Signature, check_signature

DEFAULT_SCRIPT = "function_app.py"


class IndexingError(Exception):
    """The app cannot be loaded; the message names the file and, where there is one, the function."""


@dataclass(frozen=True)
class LoadedFunction:
    """One function of the app: what the host must know (`metadata`) and what running it takes."""

    name: str
    directory: str
    user_code: Callable[..., object]
    is_async: bool
    bindings: list[dict[str, Json]]
    signature: Signature
    retry: dict[str, Json] = field(default_factory=dict)
    streams_http: bool = False

    def metadata(self) -> dict[str, Json]:
        """FunctionRpc's RpcFunctionMetadata, as far as this host uses it."""
        return {
            "name": self.name,
            "functionId": self.name,
            "bindings": cast("Json", self.bindings),
            "retryOptions": self.retry,
            "isAsync": self.is_async,
        }


def index_app(app_dir: Path) -> dict[str, LoadedFunction]:
    """All functions by name. Raises IndexingError."""
    script = os.environ.get("PYTHON_SCRIPT_FILE_NAME") or DEFAULT_SCRIPT
    if not (app_dir / script).is_file():
        raise IndexingError(
            f"{app_dir / script} does not exist (only the Python v2 programming model is run)"
        )
    sys.path.insert(0, str(app_dir))
    os.chdir(app_dir)
    module = _import(app_dir, script)
    apps = {id(value): value for value in vars(module).values() if isinstance(value, func.FunctionRegister)}
    if len(apps) != 1:
        raise IndexingError(
            f"{script}: expected exactly one top-level function app object, found {len(apps)}"
            " (register blueprints with app.register_functions)"
        )
    return _describe_all(script, next(iter(apps.values())), app_dir)


def _import(app_dir: Path, script: str) -> object:
    try:
        return importlib.import_module(script.removesuffix(".py").replace("/", "."))
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(app_dir))]
        place = f"{Path(frames[-1].filename).relative_to(app_dir)}:{frames[-1].lineno}" if frames else script
        raise IndexingError(f"{place}: {type(error).__name__}: {error}") from error


def _describe_all(script: str, app: func.FunctionRegister, app_dir: Path) -> dict[str, LoadedFunction]:
    try:
        functions = app.get_functions()
    except ValueError as error:
        raise IndexingError(f"{script}: {error}") from error
    loaded = [_describe(script, function, app_dir) for function in functions]
    return {function.name: function for function in loaded}


def _describe(script: str, function: Function, app_dir: Path) -> LoadedFunction:
    name = str(function.get_function_name())
    user_code = cast("Callable[..., object]", function.get_user_function())
    place = f"{_source_file(user_code, app_dir, script)}: function '{name}'"
    bindings = [cast("dict[str, Json]", json.loads(text)) for text in function.get_raw_bindings()]
    if function.get_trigger() is None:
        raise IndexingError(f"{place}: has no trigger")
    try:
        signature = check_signature(user_code, bindings)
    except (TypeError, ValueError, NameError) as error:
        raise IndexingError(f"{place}: {error}") from error
    return LoadedFunction(
        name=name,
        directory=str(app_dir),
        user_code=user_code,
        is_async=inspect.iscoroutinefunction(user_code),
        bindings=bindings,
        signature=signature,
        retry=_retry_policy(function),
        streams_http=http_streams.enabled() and any(b["type"] == "httpTrigger" for b in bindings),
    )


def _retry_policy(function: Function) -> dict[str, Json]:
    return cast("dict[str, Json]", function.get_settings_dict("retry_policy") or {})


def _source_file(user_code: Callable[..., object], app_dir: Path, script: str) -> str:
    """Where the user wrote it: the SDK wraps orchestrators, entities and client functions in its own
    callables.
    """
    for attribute in ("orchestrator_function", "entity_function", "client_function", "__wrapped__"):
        user_code = getattr(user_code, attribute, user_code)
    try:
        path = Path(inspect.getsourcefile(user_code) or script)
    except TypeError:
        return script
    return str(path.relative_to(app_dir)) if path.is_relative_to(app_dir) else script
