"""How thoroughly to measure, and where."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from benchmarks.process import Figures, Job
from benchmarks.server import Served, serving
from benchmarks.source import Source

PEER_PYTHON = "build/peer/bin/python"
_WARM_UP = Served(pages=2, page_size=100)


@attrs.frozen(kw_only=True)
class Plan:
    """What is done in a thorough run, unless said otherwise."""

    rounds: int = 5
    pages: int = 40
    latencies: tuple[float, ...] = (0.0, 0.02, 0.1)
    """Seconds."""
    histories: tuple[int, ...] = (20_000, 100_000, 1_000_000)
    """How long the histories are whose peak of memory is measured."""
    folder: Path
    """For certificates."""

    def certificate(self) -> tuple[str, str]:
        """Make a certificate; return the paths of the server's file and of its authority's."""
        trustme: Any = import_module("trustme")  # the type checkers run where it is not installed
        authority = trustme.CA()
        served, trusted = self.folder / "server.pem", self.folder / "authority.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(served)
        authority.cert_pem.write_to_path(trusted)
        return str(served), str(trusted)


QUICK: dict[str, Any] = {
    "rounds": 1,
    "pages": 20,
    "latencies": (0.0, 0.02),
    "histories": (20_000, 100_000),
}
"""What is left out when the whole is to take a minute."""


@attrs.frozen(kw_only=True)
class Bench:
    """A server, and another one to warm up at."""

    source: Source
    warm_up: Source

    def run(self, way: str, meter: str = "time") -> Figures:
        """Measure a way in a process of its own.

        Raises:
            RuntimeError: it read another number of messages than there are.
        """
        python = {"python": PEER_PYTHON} if way.startswith("peer.") else {}
        job = Job(way=way, meter=meter, source=self.source, warm_up=self.warm_up, **python)
        figures = job.run()
        if figures["messages"] % (self.source.pages * self.source.page_size):
            raise RuntimeError(f"{way} lost or repeated messages: it read {figures['messages']}")
        return figures


@contextmanager
def bench(served: Served, authority: str = "") -> Generator[Bench]:
    """Run the servers for as long as the block lasts."""
    warming = attrs.evolve(_WARM_UP, certificate=served.certificate)
    with serving(served) as base_url, serving(warming) as warm_url:
        yield Bench(
            source=Source(
                base_url=base_url,
                pages=served.pages,
                page_size=served.page_size,
                authority=authority,
            ),
            warm_up=Source(
                base_url=warm_url,
                pages=warming.pages,
                page_size=warming.page_size,
                authority=authority,
            ),
        )
