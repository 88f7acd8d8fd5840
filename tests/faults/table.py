"""The fault table: every fault that is tried over the wire, in the order of the docs."""

from tests.faults import bodies, connections, fields, statuses
from tests.faults.fault import Fault

SECTIONS: dict[str, tuple[Fault, ...]] = {
    "Connecting": connections.CONNECTING,
    "Responding": connections.ANSWERING,
    "Connections that are odd": connections.TOLERATED,
    "Error responses": statuses.REFUSALS,
    "Neither success nor error": statuses.DETOURS,
    "Compression": bodies.COMPRESSION,
    "JSON": bodies.DOCUMENTS,
    "Pages": fields.PAGES,
    "Rows": fields.ROWS,
}
FAULTS = [fault for faults in SECTIONS.values() for fault in faults]
