"""A typed client of Kiln's HTTP API.

Errors: `UnreachableError` when nothing (or only 5xx) answers, `BadTemplateError` for a refused template,
`UsageError` for any other refusal.
"""

from dataclasses import dataclass
from typing import Self, cast
from urllib.parse import quote, urlencode

import httpx

from cli.errors import BadTemplateError, UnreachableError, UsageError
from cli.json_types import Json, child, objects, text
from cli.models import Run

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class LogPart:
    """Bytes of a run's log from the offset asked for; `complete` when nothing will be added."""

    data: bytes
    next_offset: int
    complete: bool


class KilnApi:
    """`base_url` is the service without `/api`, `key` an Azure Functions key if it needs one."""

    def __init__(self, base_url: str, key: str = "", transport: httpx.BaseTransport | None = None) -> None:
        self.base_url = base_url
        headers = {"x-functions-key": key} if key else {}
        # trust_env off: a proxy of the machine must not get in the way of loopback.
        is_local = "://127.0.0.1" in base_url or "://localhost" in base_url
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/api",
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            transport=transport,
            trust_env=not is_local,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def start_build(self, name: str, resource_group: str, template: Json, *, cache: bool = True) -> Run:
        """Starts a run of an inline template; without `cache` it begins with no layer of an earlier one."""
        body: Json = {"name": name, "resourceGroup": resource_group, "template": template, "cache": cache}
        return Run.read(self._json(self._request("POST", "/builds", body=body)))

    def plan(self, name: str, resource_group: str, template: Json) -> Json:
        """What a run of an inline template would do."""
        body: Json = {"name": name, "resourceGroup": resource_group, "template": template}
        return self._json(self._request("POST", "/plan", body=body))

    def run(self, run_id: str) -> Run:
        return Run.read(self._json(self._request("GET", f"/builds/{quote(run_id, safe='')}")))

    def runs(self, limit: int, state: str = "", template: str = "") -> list[Run]:
        """The newest runs first; of these states, with commas, and of that template's name or id."""
        wanted = {"limit": str(limit), "state": state, "template": template}
        query = urlencode({name: value for name, value in wanted.items() if value})
        body = self._json(self._request("GET", f"/builds?{query}"))
        return [Run.read(item) for item in objects(body, "value")]

    def cancel(self, run_id: str) -> None:
        self._request("POST", f"/builds/{quote(run_id, safe='')}/cancel")

    def logs(self, run_id: str, offset: int = 0) -> LogPart:
        answer = self._request("GET", f"/builds/{quote(run_id, safe='')}/logs?offset={offset}")
        following = int(answer.headers.get("x-kiln-next-offset", offset + len(answer.content)))
        return LogPart(answer.content, following, answer.headers.get("x-kiln-complete") == "true")

    def images(self, *, stale: bool = False) -> Json:
        """Published image versions; with `stale`, those whose base has a newer one."""
        return self._json(self._request("GET", f"/images?stale={str(stale).lower()}"))

    def lineage(self, version_id: str) -> Json:
        return self._json(self._request("GET", f"/images/lineage?id={quote(version_id, safe='')}"))

    def patch_policies(self) -> Json:
        return self._json(self._request("GET", "/patch-policies"))

    def cycles(self, policy: str) -> Json:
        """A policy's patch cycles, the newest first."""
        return self._json(self._request("GET", f"{_policy(policy)}/cycles"))

    def cycle(self, policy: str, cycle: str) -> Json:
        return self._json(self._request("GET", f"{_policy(policy)}/cycles/{quote(cycle, safe='')}"))

    def start_cycle(self, policy: str, *, dry_run: bool) -> Json:
        """A new cycle; without `dry_run` the policy says whether it only plans."""
        query = "?dryRun=true" if dry_run else ""
        return self._json(self._request("POST", f"{_policy(policy)}/start{query}"))

    def cancel_cycle(self, policy: str, cycle: str) -> Json:
        return self._json(self._request("POST", f"{_policy(policy)}/cycles/{quote(cycle, safe='')}/cancel"))

    def leftovers(self) -> Json:
        """What the janitor would do; changes nothing."""
        return self._json(self._request("POST", "/janitor?dryRun=true"))

    def sweep(self) -> None:
        """Has the janitor remove what it finds; returns at once."""
        self._request("POST", "/janitor")

    def _request(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        try:
            answer = self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise UnreachableError(
                f"Kiln cannot be reached at {self.base_url} ({error}); `./kiln up` starts it on this machine"
            ) from error
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise _refusal(answer)
        return answer

    def _json(self, answer: httpx.Response) -> Json:
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise UnreachableError(
                f"{self.base_url} does not answer as Kiln does: is something else at this address?"
            )
        return cast("Json", body)


def _policy(name: str) -> str:
    return f"/patch-policies/{quote(name, safe='')}"


def _refusal(answer: httpx.Response) -> UnreachableError | UsageError:
    try:
        error = child(cast("Json", answer.json()), "error")
    except (ValueError, AttributeError):
        error = {}
    message = text(error, "message") or f"HTTP {answer.status_code} from {answer.request.url}"
    code = text(error, "code") or f"Http{answer.status_code}"
    details = objects(error, "details")
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return UnreachableError(f"Kiln answered with an error of its own: {message}", code=code)
    if answer.status_code == httpx.codes.BAD_REQUEST:
        return BadTemplateError(message, code=code, details=details)
    return UsageError(message, code=code, details=details)
