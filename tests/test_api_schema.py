"""schemathesis against the running server: what the OpenAPI schema says is what is done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from api_server import ECHO, serving

from translator.api.settings import ServerSettings


def test_no_server_error_and_no_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "home"))
    with serving(ServerSettings(ECHO, page=False)) as server:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"),
                *("--phases", "coverage,fuzzing", "--max-examples", "4", "--mode", "all"),
                *("--seed", "1", "--generation-database", "none", "--request-timeout", "60"),
                # A schema cannot say that a text is Chinese: most that it allows is no article.
                *("--exclude-checks", "positive_data_acceptance"),
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            timeout=600,
            check=False,
        )
        counts = server.http.get("/metrics").text
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert 'status="5' not in counts
    assert 'route="/api/v1/brief",status="4' in counts
