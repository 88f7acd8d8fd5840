"""Fixtures for tests of code that uses the library: a pytest plugin.

Switch it on in the topmost `conftest.py`:

    pytest_plugins = ["smstools_async.testing"]

The fixtures are plain ones, so that tests by pytest-asyncio and by anyio, on asyncio and trio, can
use them. The plugin does not switch itself on: it would then be loaded in every run of pytest where
the library is installed, and httpx with it.
"""

from smstools_async.testing._fixtures import (
    smstools_base_url,
    smstools_client,
    smstools_sandbox,
)

__all__ = ["smstools_base_url", "smstools_client", "smstools_sandbox"]
