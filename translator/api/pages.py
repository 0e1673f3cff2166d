"""/docs and /login: plain HTML, with nothing from elsewhere and no script."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from translator.api.context import Parts
from translator.api.guard import COOKIE

router = APIRouter(include_in_schema=False)

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d2430; background: #fff; }
h2 { margin-top: 2.2rem; font-size: 1.05rem; } code, pre { font-family: ui-monospace, monospace; }
pre { background: #f3f5f8; padding: .8rem; overflow-x: auto; font-size: .85rem; }
.method { background: #1f5fbf; color: #fff; border-radius: .3rem; padding: .1rem .5rem; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem 1rem .15rem 0;
  vertical-align: top; } input, button { font: inherit; padding: .4rem .6rem; }
[role=alert] { color: #a51d1d; }
@media (prefers-color-scheme: dark) { body { color: #dfe4ec; background: #14181f; }
  pre { background: #1e242e; } a { color: #8ab4f8; } [role=alert] { color: #ff9d9d; } }
"""


@router.get("/openapi.json")
async def openapi(request: Request) -> dict[str, Any]:
    """The schema of the API."""
    schema: dict[str, Any] = request.app.openapi()
    return schema


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The API's addresses, what they take and what they answer."""
    schema = request.app.openapi()
    routes = [
        (method, path, route)
        for path, methods in schema["paths"].items()
        for method, route in methods.items()
    ]
    return HTMLResponse(
        _template("docs").render(style=_STYLE, schema=schema, routes=routes, shown=_shown)
    )


@router.get("/login")
async def login_page() -> Response:
    """The form to log in."""
    return HTMLResponse(_template("login").render(style=_STYLE, fault=""))


@router.post("/login")
async def login(request: Request, key: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Begin a session with a key."""
    parts: Parts = request.app.state.parts
    if parts.keys.name_of(key.strip()) is None:
        parts.limits.wrong_key(request.state.address)
        fault = "This key is not good: enter it as it was given to you."
        text = _template("login").render(style=_STYLE, fault=fault)
        return HTMLResponse(text, 401)
    response = RedirectResponse("/", 303)
    response.set_cookie(
        COOKIE,
        parts.sessions.begin(key.strip()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/logout")
async def logout(request: Request) -> Response:
    """End a session."""
    parts: Parts = request.app.state.parts
    parts.sessions.end(request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@cache
def _template(name: str) -> Any:
    import jinja2

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.ChainableUndefined)
    file = Path(__file__).with_name(f"{name}.html.jinja")
    return environment.from_string(file.read_text("utf-8"))
