"""Fixtures for tests of code that uses the library: a pytest plugin.

Switch it on in the topmost `conftest.py`:

    pytest_plugins = ["smstools_async.testing"]

The fixtures are not async, so tests with pytest-asyncio and with anyio, on asyncio and trio, can
use them. The plugin does not register itself: it would be loaded in every pytest run where the
library is installed, and httpx with it.
"""

from smstools_async.testing._fixtures import (
    smstools_base_url,
    smstools_client,
    smstools_sandbox,
)

__all__ = ["smstools_base_url", "smstools_client", "smstools_sandbox"]
