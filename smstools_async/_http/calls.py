"""What is asked of the API."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from smstools_async._errors import quote_safely
from smstools_async._settings import RequestInfo

Params = Mapping[str, str | int | None]


@attrs.frozen(kw_only=True)
class Call:
    """A request, by however many attempts."""

    method: str
    parts: Sequence[str] = attrs.field(repr=False)
    """The path below the base URL, one part for each slash."""
    params: Params = attrs.field(factory=dict[str, str | int | None], repr=False)
    """The query; what is `None` is not sent."""
    json: Any = attrs.field(default=None, repr=False)

    @property
    def sent_params(self) -> Mapping[str, str | int]:
        """The parameters that are sent."""
        return {key: value for key, value in self.params.items() if value is not None}

    def describe(self, attempt: int) -> RequestInfo:
        """Return what may be shown of one attempt."""
        return RequestInfo(
            method=self.method,
            path="".join(f"/{quote_safely(part)}" for part in self.parts),
            params={key: quote_safely(str(value)) for key, value in self.sent_params.items()},
            attempt=attempt,
        )
