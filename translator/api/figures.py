"""What Prometheus asks for: requests as they are answered, the rest as the service counts it."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from translator.service import Service

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Figures:
    """The figures of one server."""

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_OfService(service))
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "translator_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "translator_request_seconds",
            "Seconds from a request to the end of its answer",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the pattern, so that there are few of them."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self._registry)


class _OfService:
    """The service's counts, read when they are asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        now = self._service.stats()
        for name, text, value in (
            ("sentences", "Sentences translated", now.sentences),
            ("characters", "Characters of source translated", now.characters),
            ("work_seconds", "Seconds in which something was translated", now.seconds),
            ("memory_hits", "Answers of engines found in the memory", now.memory_hits),
        ):
            yield CounterMetricFamily(f"translator_{name}", text, value=value)
        for name, text, value in (
            ("queue_length", "Jobs that wait", now.queued),
            ("jobs_active", "Jobs that are translated in turn", now.active),
            ("engine_ready", "Whether the default engine is loaded", int(self._service.ready)),
        ):
            yield GaugeMetricFamily(f"translator_{name}", text, value=value)
        jobs = CounterMetricFamily("translator_jobs", "Jobs that are over", labels=("state",))
        for state, count in now.jobs.items():
            jobs.add_metric((state,), count)
        yield jobs
        findings = CounterMetricFamily(
            "translator_findings", "Findings of the checks", labels=("kind", "severity")
        )
        for (kind, severity), count in now.findings.items():
            findings.add_metric((kind, severity), count)
        yield findings
