"""HTTP to one OpenAI-compatible server: limits, retries, and what each fault means.

Nothing is sent but to the URL that was named: redirects are refused. The key goes into one
header and nowhere else. Faults:

    ModelError            the server, the key or the model is wrong: every request would fail
    |-- AbsentError       no server answers
    |-- MissingError      the path is not there (404, 405)
    |   `-- NoApiError    there is a web page in its place
    `-- FailedError       this one request failed, after its retries
        `-- RefusedError  the server does not take this request as it is (400, 413, 422)
"""

from __future__ import annotations

import ipaddress
import json
import os
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import anyio
import httpx2
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from translator.errors import ModelError, UsageError

KEY_VARIABLE = "TRANSLATOR_API_KEY"
_AGAIN_STATUS = {408, 409, 425, 429}  # and everything from 500 on
_PRIVATE_NAMES = (".local", ".internal", ".lan", ".home.arpa", ".svc", ".localhost")
_SHOWN = 200  # characters of a server's own message


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take, how often it is tried, how large its answer may be.

    `total_seconds` covers a try from its start to the last byte of the answer. Before try n+1
    there is a wait of 0 to min(first_wait * 2**(n-1), longest_wait) seconds (full jitter), or
    what the server asks for by Retry-After, up to `longest_retry_after`.
    """

    connect_seconds: float = 10.0
    total_seconds: float = 300.0
    tries: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_retry_after: float = 300.0
    answer_bytes: int = 4_000_000


class AbsentError(ModelError):
    """No server answers at an address."""


class MissingError(ModelError):
    """There is nothing at a path: the base URL or the model's name is wrong."""


class NoApiError(MissingError):
    """There is a web page at a path, and no API."""


class FailedError(ModelError):
    """One request failed; others may still be answered."""


class RefusedError(FailedError):
    """The server does not take a request; `said` is its own message."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


class _PassingError(Exception):
    """A fault that may pass: `fault` is what to raise when it does not, `after` seconds."""

    def __init__(self, fault: ModelError, after: float | None = None) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.after = after


def key_from_environment() -> str | None:
    """The API key, or None where no key is set.

    Raises:
        UsageError: it cannot stand in an HTTP header.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise UsageError(f"{KEY_VARIABLE} holds characters that no API key has: set it again")
    return key or None


def checked_url(text: str, *, has_key: bool) -> str:
    """A base URL without a slash at its end, or a route of the API pasted along with it.

    Raises:
        UsageError: it is no http(s) URL, holds a user, password, query or fragment, or would
            carry the key unencrypted over the internet.
    """
    try:
        url = httpx2.URL(text.strip())
    except (httpx2.InvalidURL, TypeError) as error:
        raise UsageError(f"the base URL is no valid URL: {_EXAMPLE}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"the base URL must begin with http:// or https://: {_EXAMPLE}")
    if url.userinfo or url.query or url.fragment:
        raise UsageError(
            "the base URL must hold no user, password, query or fragment; "
            f"the key belongs in the variable {KEY_VARIABLE}"
        )
    if has_key and url.scheme == "http" and not _is_inside(url.host):
        raise UsageError(
            f"http://{url.host} would carry your key unencrypted: use https, "
            f"or unset {KEY_VARIABLE} if the server asks for none"
        )
    base = str(url).rstrip("/")
    for route in ("/chat/completions", "/completions", "/models"):
        base = base.removesuffix(route)
    return base


_EXAMPLE = "for example http://127.0.0.1:8000/v1"


def _is_inside(host: str) -> bool:
    """Whether a host is this machine or, by its address or name, in a private network."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return (host[:1].isalpha() and "." not in host) or host.endswith(_PRIVATE_NAMES)
    return address.is_loopback or address.is_private


class Server:
    """Where requests go, with which key, under which limits; at most `concurrency` at once."""

    def __init__(self, key: str | None, limits: Limits, concurrency: int) -> None:
        self.concurrency = concurrency
        self.limits = limits
        self._key = key

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Open connections, kept for reuse until the session ends."""
        headers = {"User-Agent": "translator", "Accept": "application/json"}
        headers["Accept-Encoding"] = "identity"  # the size of an answer is what was sent
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        timeout = httpx2.Timeout(self.limits.total_seconds, connect=self.limits.connect_seconds)
        async with httpx2.AsyncClient(
            headers=headers,
            timeout=timeout,
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=self.concurrency),
        ) as client:
            yield Session(client, self.limits, anyio.Semaphore(self.concurrency), self._key)


class Session:
    """Requests to the server while its connections are open."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        limits: Limits,
        slots: anyio.Semaphore,
        key: str | None,
    ) -> None:
        self._client = client
        self._limits = limits
        self._slots = slots
        self._key = key

    async def ask(
        self, url: str, body: dict[str, Any] | None = None, *, waits_for_server: bool = True
    ) -> dict[str, Any]:
        """The JSON object that a POST of `body`, or a GET, is answered with.

        A request keeps its place among the concurrent ones while it waits for its next try:
        or all that wait behind it would run into the same refusal. A server that is not there
        is tried again only if `waits_for_server`: it may be on its way up again.

        Raises:
            ModelError: see the module for its kinds.
        """

        def may_pass(error: BaseException) -> bool:
            return isinstance(error, _PassingError) and (
                waits_for_server or not isinstance(error.fault, AbsentError)
            )

        retrying = AsyncRetrying(
            retry=retry_if_exception(may_pass),
            stop=stop_after_attempt(self._limits.tries),
            wait=self._wait,
            sleep=anyio.sleep,
            reraise=True,
        )
        try:
            async with self._slots:
                return await retrying(self._try, url, body)
        except _PassingError as error:
            raise error.fault from error.__cause__

    async def glance(self, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """As `ask`, but tried once: for what a server may well not have.

        Raises:
            ModelError: see the module for its kinds.
        """
        try:
            return await self._try(url, body)
        except _PassingError as error:
            raise error.fault from error.__cause__

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _PassingError) and error.after is not None:
            # All that were sent away together would else be back together.
            return error.after + random.uniform(0, self._limits.first_wait)  # noqa: S311
        jitter = wait_random_exponential(self._limits.first_wait, self._limits.longest_wait)
        return jitter(state)

    async def _try(self, url: str, body: dict[str, Any] | None) -> dict[str, Any]:
        seconds = self._limits.total_seconds
        try:
            with anyio.fail_after(seconds):
                return await self._once(url, body)
        except httpx2.ConnectTimeout as error:
            raise _PassingError(_absent(url, "no answer")) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise _PassingError(
                FailedError(f"{url} did not answer within {seconds:g} s")
            ) from error
        except (httpx2.ConnectError, httpx2.ProxyError) as error:
            reason = " ".join(str(error).split())[:_SHOWN] or type(error).__name__
            if "CERTIFICATE_VERIFY_FAILED" in reason:
                raise ModelError(f"{url} has no valid certificate: do not trust it") from error
            raise _PassingError(_absent(url, reason)) from error
        except httpx2.TransportError as error:
            raise _PassingError(FailedError(f"{url} broke off its answer; try again")) from error

    async def _once(self, url: str, body: dict[str, Any] | None) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        async with self._client.stream(method, url, json=body) as response:
            data = bytearray()
            async for piece in response.aiter_raw():
                data += piece
                if len(data) > self._limits.answer_bytes:
                    raise FailedError(
                        f"{url} answers with more than {self._limits.answer_bytes:,} bytes"
                    )
        if response.is_success:
            return self._parsed(url, response, bytes(data))
        raise self._fault(url, response, bytes(data))

    def _parsed(self, url: str, response: httpx2.Response, data: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError) as error:
            if _is_page(response, data):
                raise NoApiError(
                    f"{url} answers with a web page, not with data; {_CHECK}"
                ) from error
            raise _PassingError(FailedError(f"{url} answers with broken JSON")) from error
        if not isinstance(answer, dict):
            raise _PassingError(FailedError(f"{url} answers with JSON of another API; {_CHECK}"))
        if answer.get("error") and "choices" not in answer:  # gateways pass on errors as successes
            raise _PassingError(
                FailedError(f"{url} answers with an error: {self._said(response, data)}")
            )
        return answer

    def _fault(self, url: str, response: httpx2.Response, data: bytes) -> Exception:
        status, said = response.status_code, self._said(response, data)
        told = f"{url} answers {status}{f': {said}' if said else ''}"
        if response.has_redirect_location:
            target = response.url.join(response.headers["Location"])
            return ModelError(
                f"{url} redirects to {target.scheme}://{target.netloc.decode('ascii', 'replace')}: "
                "not followed; if you trust it, make it the base URL"
            )
        if status in (401, 403):
            what = "it was not accepted" if self._key else "it is not set"
            return ModelError(f"{told}; the key comes from {KEY_VARIABLE}: {what}")
        if status in (404, 405):
            return MissingError(told)
        if status in (400, 413, 422):
            return RefusedError(told, said)
        if status in _AGAIN_STATUS or status >= 500:
            return self._later(told, status, response)
        return ModelError(told)

    def _later(self, told: str, status: int, response: httpx2.Response) -> Exception:
        fault: ModelError = FailedError(told)
        if status == 429:
            fault = ModelError(f"{told}; it still says so after {self._limits.tries} tries")
        after = _seconds(response.headers.get("Retry-After", ""))
        if after is not None and after > self._limits.longest_retry_after:
            return ModelError(f"{told}; it asks to come back in {after:.0f} s")
        return _PassingError(fault, after)

    def _said(self, response: httpx2.Response, data: bytes) -> str:
        """The server's own message on one line, without the key should it repeat that."""
        text = "" if _is_page(response, data) else data[:2000].decode("utf-8", "replace")
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict):
            found = answer.get("error", answer.get("detail", answer.get("message")))
            if isinstance(found, dict):
                found = found.get("message", found)
            text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        if self._key:
            text = text.replace(self._key, "[key]")
        text = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(text.split())[:_SHOWN]


_CHECK = "check the base URL: it usually ends in /v1"


def _absent(url: str, reason: str) -> AbsentError:
    return AbsentError(f"no server answers at {url} ({reason}): is it running, is the port right?")


def _is_page(response: httpx2.Response, data: bytes) -> bool:
    kind = response.headers.get("Content-Type", "")
    return "html" in kind or data.lstrip()[:1] == b"<"


def _seconds(text: str) -> float | None:
    """A Retry-After header (RFC 9110: seconds or a date) as seconds from now."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=timezone.utc)
    return max((then - datetime.now(timezone.utc)).total_seconds(), 0.0)
