"""Faults of bodies: how they are compressed, and whether they are JSON."""

import gzip
import zlib

from smstools_async import TransportError, UnexpectedResponseError
from smstools_async._http.body import LARGEST_BODY
from tests.faults.fault import ALWAYS, BODY, TWICE, Fault, answer, fails, gives, head, packed
from tests.faults.server import Endless, Treatment
from tests.wire.rows import BOM, TEXT, body_of, row

PACKED = gzip.compress(BODY)
DAMAGED = TransportError("The compressed body is damaged")
SHORTENED = TransportError("The compressed body was cut short")
TOO_LARGE = UnexpectedResponseError(f"The body is larger than {LARGEST_BODY} bytes")
MIB = b" " * 1024 * 1024


def bomb() -> Treatment:
    """Make a body that becomes 10 GiB and more, a mebibyte for each kilobyte."""
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = deflating.compress(MIB) + deflating.flush(zlib.Z_FULL_FLUSH)
    beginning = head(Content_Encoding="gzip") + b"\r\n" + gzip.compress(b"")[:10]
    return Treatment(steps=(beginning, Endless(block * 64)))


BOMB = bomb()


def foreign(name: str, body: bytes, encoding: str) -> Fault:
    """Make a row of an encoding that was not asked for."""
    error = UnexpectedResponseError(
        f"The body is encoded as '{encoding}', though only gzip was asked for"
    )
    return fails(name, error, packed(body, encoding))


def no_json(name: str, body: bytes, kind: str) -> Fault:
    """Make a row of a body that is something else."""
    error = UnexpectedResponseError(f"The response is {kind}", retryable=True)
    return fails(name, error, answer(body), sent=TWICE)


COMPRESSION = (
    fails("gzip cut in its head", SHORTENED, packed(PACKED[:5]), sent=ALWAYS),
    fails("gzip cut in the middle", SHORTENED, packed(PACKED[: len(PACKED) // 2]), sent=ALWAYS),
    fails("gzip without its check sum", SHORTENED, packed(PACKED[:-8]), sent=ALWAYS),
    fails("gzip with a wrong check sum", DAMAGED, packed(PACKED[:-8] + bytes(8)), sent=ALWAYS),
    fails(
        "gzip with a wrong byte",
        DAMAGED,
        packed(PACKED[:40] + bytes([PACKED[40] ^ 255]) + PACKED[41:]),
        sent=ALWAYS,
    ),
    fails("gzip twice in a row", DAMAGED, packed(PACKED + PACKED), sent=ALWAYS),
    fails("gzip with a byte behind its end", DAMAGED, packed(PACKED + b"x"), sent=ALWAYS),
    fails("An empty body that is called gzip", SHORTENED, packed(b""), sent=ALWAYS),
    fails("A plain body that is called gzip", DAMAGED, packed(BODY), sent=ALWAYS),
    fails("zlib that is called gzip", DAMAGED, packed(zlib.compress(BODY)), sent=ALWAYS),
    no_json("gzip that is not called so", PACKED, "plain text, not JSON"),
    foreign("An encoding that was not asked for: br", b"\x0b\x02\x80[]\x03", "br"),
    foreign("An encoding that was not asked for: zstd", b"\x28\xb5\x2f\xfd\x04", "zstd"),
    foreign("An encoding that was not asked for: deflate", zlib.compress(BODY), "deflate"),
    foreign("An encoding that nobody knows", BODY, "rot13"),
    foreign("gzip within gzip", gzip.compress(PACKED), "gzip, gzip"),
    Fault(name="A gzip bomb: kilobytes that become gigabytes", treatment=BOMB, error=TOO_LARGE),
    foreign("A bomb of gzip within gzip", gzip.compress(gzip.compress(MIB * 8)), "gzip, gzip"),
    foreign("A br bomb", b"\x5b\xff\xff\x3f\x00" * 300, "br"),
    foreign("A zstd bomb", b"\x28\xb5\x2f\xfd\xa4\x00\x00\x00\x40" * 300, "zstd"),
    gives("gzip", "", packed(PACKED)),
    gives("An encoding called identity", "", packed(BODY, "identity")),
    gives("An encoding called x-gzip, in capitals", "", packed(PACKED, " X-GZIP ")),
    gives(
        "A wrong character set in the header",
        "JSON is UTF-8",
        answer(BODY, Content_Type="application/json; charset=utf-16"),
    ),
)


def mended(name: str, sent: bytes, text: str, note: str) -> Fault:
    """Make a row of a text that is broken, and mended."""
    body = BODY.replace(TEXT.encode(), sent)
    return gives(name, note, answer(body), message={"text": text})


SENT = " (sent 2025-06-05 08:44:46 UTC)"
REPLACED = "U+FFFD in its place"

DOCUMENTS = (
    no_json("An empty body", b"", "empty, not JSON"),
    no_json("Blanks", b" \r\n\t", "empty, not JSON"),
    no_json(
        "An HTML page with HTTP 200", b"<!DOCTYPE html><html>" + BODY, "an HTML page, not JSON"
    ),
    no_json("A PHP warning before the JSON", b"Warning: mysql\n" + BODY, "plain text, not JSON"),
    no_json("A comment before the JSON", b"// page\n" + BODY, "plain text, not JSON"),
    no_json("JSON cut short, though its length is right", BODY[:-9], "not valid JSON"),
    no_json("JSON with something behind it", BODY + b"!", "not valid JSON"),
    no_json("Two documents", BODY + BODY, "not valid JSON"),
    no_json("Single quotes", BODY.replace(b'"', b"'"), "not valid JSON"),
    no_json("UTF-16", BODY.decode().encode("utf-16"), "plain text, not JSON"),
    no_json("`NaN`", body_of(row(), total=float("nan")), "not valid JSON"),
    no_json("`Infinity`", body_of(row(), total=float("-inf")), "not valid JSON"),
    no_json("100,000 brackets that are not closed", b"[" * 100_000, "not valid JSON"),
    gives(
        "`total` is `1e999`",
        "`total` is unknown",
        answer(BODY.replace(b'"total": 1', b'"total": 1e999')),
        page={"total": None},
    ),
    gives(
        "`total` has 5,000 digits",
        "`total` is unknown",
        answer(BODY.replace(b'"total": 1', b'"total": ' + b"1" * 5000)),
        page={"total": None},
    ),
    gives(
        "100,000 levels of lists in an unknown field",
        "without it",
        answer(BODY[:-1] + b', "new": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        message={"text": TEXT},
    ),
    fails(
        "100,000 levels of objects in a row",
        UnexpectedResponseError(
            "A row of the response is not as documented",
            (f"$.conversation[0].file: must be a list, got an object{SENT}",),
            skippable=True,
        ),
        answer(
            BODY.replace(b'"file": null', b'"file": ' + b'{"":' * 100_000 + b"1" + b"}" * 100_000)
        ),
    ),
    gives("A byte order mark", "", answer(BOM + BODY)),
    gives(
        "A key that comes twice",
        "the last one counts",
        answer(BODY.replace(b'"message":', b'"message": "first", "message":')),
        message={"text": TEXT},
    ),
    mended("Invalid UTF-8 in a text", b"caf\xe9", "caf\ufffd", REPLACED),
    mended("UTF-8 cut within a letter", b"caf\xc3", "caf\ufffd", REPLACED),
    mended("Half an emoji, cut at the limit of an SMS", rb"ok \ud83d", "ok \ufffd", REPLACED),
    mended("An emoji in two escaped halves", rb"\ud83d\ude00", "\U0001f600", "complete"),
    mended(
        "An emoji in two halves of three bytes each",
        b"\xed\xa0\xbd\xed\xb8\x80",
        "\ufffd" * 6,
        REPLACED,
    ),
    mended("A NUL in a text", rb"a\u0000b", "a\x00b", "kept"),
    mended("A line break in a text that should be escaped", b"a\nb", "a\nb", "kept"),
)
