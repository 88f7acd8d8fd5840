"""The fault table: every fault that is tried over the wire, in the order in which it is told."""

from tests.faults import bodies, connections, fields, statuses
from tests.faults.fault import Fault

SECTIONS: dict[str, tuple[Fault, ...]] = {
    "Connecting": connections.CONNECTING,
    "Answering": connections.ANSWERING,
    "Connections that are odd": connections.TOLERATED,
    "The API says no": statuses.REFUSALS,
    "Neither yes nor no": statuses.DETOURS,
    "Compression": bodies.COMPRESSION,
    "JSON": bodies.DOCUMENTS,
    "Pages": fields.PAGES,
    "Rows": fields.ROWS,
}
FAULTS = [fault for faults in SECTIONS.values() for fault in faults]
