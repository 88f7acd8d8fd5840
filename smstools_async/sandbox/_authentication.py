"""Credentials, and the lock-out after too many wrong ones."""

from collections.abc import Mapping

import attrs

from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._requests import Credentials
from smstools_async.sandbox._responses import Response


def checked_credentials(
    headers: Mapping[str, str], *, client_id: str, client_secret: str
) -> Credentials:
    """Return how good the credentials of a request are."""
    given = headers.get("x-client-id"), headers.get("x-client-secret")
    if None in given:
        return "missing"
    return "valid" if given == (client_id, client_secret) else "wrong"


@attrs.define(eq=False)
class Authentication:
    """Counts failed logins."""

    failed_logins: int = 0

    def refusal(self, credentials: Credentials, quirks: Quirks) -> Response | None:
        """Refuse wrong credentials, and any after too many wrong ones."""
        if quirks.lockout_after is not None and self.failed_logins >= quirks.lockout_after:
            return Response.error(
                1002, "Too many failed login attempts", status=quirks.login_status
            )
        if credentials == "valid":
            self.failed_logins = 0
            return None
        self.failed_logins += 1
        return Response.error(104, "Invalid credentials", status=quirks.login_status)
