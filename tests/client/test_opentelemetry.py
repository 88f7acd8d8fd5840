"""Traces of OpenTelemetry show each attempt, and no phone."""

import httpx
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor, RequestInfo
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span

from smstools_async import Client, Retry, redact_url
from smstools_async.sandbox import Response, Sandbox

PHONE = "+5511987654321"


async def mask_phone(span: Span, request: RequestInfo) -> None:
    """Do as the documentation says."""
    span.set_attribute("http.url", redact_url(str(request.url)))


@pytest.mark.anyio
async def test_each_attempt_is_a_span_without_the_phone() -> None:
    """A retried request has two."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=3)
    sandbox.fail(Response(status=503))
    spans = InMemorySpanExporter()
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    http_client = httpx.AsyncClient(transport=sandbox.transport())
    HTTPXClientInstrumentor.instrument_client(
        http_client, tracer_provider=tracing, request_hook=mask_phone
    )
    retry = Retry(backoff_initial=0)
    async with (
        http_client,
        Client("sandbox-id", "sandbox-secret", retry=retry, http_client=http_client) as client,
    ):
        assert 3 == await client.conversation(PHONE).count()
    finished = [dict(span.attributes or {}) for span in spans.get_finished_spans()]
    assert [503, 200] == [attributes["http.status_code"] for attributes in finished]
    assert not [attributes for attributes in finished if PHONE[1:] in repr(attributes)]
