"""One execution of a managed run command: script and parameters in, exit code and output out.

Parameters follow Azure's run-command-handler-linux: named ones become environment variables, unnamed ones
positional arguments, in their order; protected ones come after the others.
"""

from __future__ import annotations

import ssl
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from local.cloud.json_types import Json
from local.cloud.output_blobs import OutputBlobError, OutputStream
from local.cloud.ports import Guest, ScriptRequest
from local.cloud.providers.microsoft_compute.run_command_bodies import DEFAULT_TIMEOUT_SECONDS

DOWNLOAD_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class ScriptJob:
    """`properties` are those of the run command, protected parameters included; `data_disks` are by LUN."""

    properties: Json
    disk_id: str
    hostname: str
    data_disks: Mapping[int, str]


def run_job(guest: Guest, job: ScriptJob, cancelled: threading.Event) -> Json:
    """Blocks until the script has ended; the instance view's fields that tell how."""
    streams = (
        OutputStream(job.properties.get("outputBlobUri")),
        OutputStream(job.properties.get("errorBlobUri")),
    )
    try:
        script = _script_text(job.properties["source"])
        with ExitStack() as stack:
            for stream in streams:
                stack.enter_context(stream.flushing())
            outcome = _run(guest, job, script, streams, cancelled)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        outcome = _failed(f"The script could not be downloaded: {_download_problem(error)}.")
    except OutputBlobError as error:
        outcome = _failed(str(error))
    return {**outcome, "output": streams[0].tail(), "error": streams[1].tail()}


def _run(
    guest: Guest,
    job: ScriptJob,
    script: bytes,
    streams: tuple[OutputStream, OutputStream],
    cancelled: threading.Event,
) -> Json:
    environment, arguments = script_parameters(job.properties)
    timeout = job.properties.get("timeoutInSeconds") or DEFAULT_TIMEOUT_SECONDS
    with tempfile.TemporaryDirectory(prefix="run-command-") as folder:
        path = Path(folder) / "script.sh"
        path.write_bytes(script)
        path.chmod(0o700)
        result = guest.run_script(
            job.disk_id,
            ScriptRequest(
                script=path,
                arguments=arguments,
                environment=environment,
                timeout_seconds=timeout,
                run_as=job.properties.get("runAsUser"),
                on_output=streams[0].write,
                on_error=streams[1].write,
                cancelled=cancelled,
                hostname=job.hostname,
                data_disks=job.data_disks,
            ),
        )
    if result.cancelled:
        return _ended("Canceled", result.exit_code, "Execution was canceled.")
    if result.timed_out:
        return _ended("TimedOut", result.exit_code, f"Execution timed out after {timeout} seconds.")
    if result.exit_code:
        return _ended("Failed", result.exit_code, f"Execution failed with exit code {result.exit_code}.")
    return _ended("Succeeded", 0, "RunCommand script execution completed.")


def script_parameters(properties: Json) -> tuple[dict[str, str], tuple[str, ...]]:
    """Environment variables and positional arguments of a run command."""
    parameters = [*properties.get("parameters", []), *properties.get("protectedParameters", [])]
    environment = {item["name"]: item["value"] for item in parameters if item["name"]}
    arguments = tuple(item["value"] for item in parameters if not item["name"])
    return environment, arguments


def _script_text(source: Json) -> bytes:
    if "scriptUri" not in source:
        return str(source["script"]).encode()
    answer = httpx.get(
        source["scriptUri"], follow_redirects=True, timeout=DOWNLOAD_TIMEOUT_SECONDS, verify=_trusted()
    )
    answer.raise_for_status()
    return answer.content


@cache
def _trusted() -> ssl.SSLContext:
    """Reading all of certifi's roots takes longer than the download."""
    return httpx.create_ssl_context()


def _download_problem(error: Exception) -> str:
    """Never the library's own words: they repeat the URL, whose query is a secret."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP status {error.response.status_code}"
    return type(error).__name__


def _ended(state: str, exit_code: int, message: str) -> Json:
    return {"executionState": state, "exitCode": exit_code, "executionMessage": message}


def _failed(message: str) -> Json:
    return _ended("Failed", -1, message)
