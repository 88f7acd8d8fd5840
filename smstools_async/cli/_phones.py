"""The phones of a file, and the name of the file that each conversation is written to."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from smstools_async._names import safe_name
from smstools_async._phone import without_plus, write_phone
from smstools_async.cli._wording import listed

DEFAULT_NAME: Final = "{phone}.{format}"
_BYTE_ORDER_MARK: Final = "\ufeff"


@attrs.frozen(kw_only=True)
class Entry:
    """A phone, its line in the file, and the name of the file of its conversation."""

    line: int
    phone: str
    name: str


@attrs.frozen(kw_only=True)
class Phones:
    """The phones of a file."""

    by_line: Mapping[int, str]
    repeated: tuple[int, ...]
    """Lines that repeat a phone of an earlier line, in whatever spelling."""


def read_phones(lines: Iterable[str], name: str) -> Phones:
    """Read one phone per line; blank lines, and what follows a `#`, are ignored.

    Raises:
        ValueError: A line is not a phone number, or there is none. Lines are named by their numbers
            and not shown: they may hold what is private.
    """
    by_line, bad = dict[int, str](), list[int]()
    for number, text in _phone_lines(lines):
        phone = _read_phone(text)
        if phone:
            by_line[number] = phone
        else:
            bad.append(number)
    if bad:
        what = "is not a phone number" if len(bad) == 1 else "are not phone numbers"
        raise ValueError(f"In {name}, {listed(bad)} {what}.")
    if not by_line:
        raise ValueError(f"There is no phone number in {name}.")
    first = {without_plus(phone): line for line, phone in reversed(by_line.items())}
    repeated = tuple(line for line, phone in by_line.items() if first[without_plus(phone)] != line)
    once = {line: phone for line, phone in by_line.items() if first[without_plus(phone)] == line}
    return Phones(by_line=once, repeated=repeated)


def _read_phone(text: str) -> str | None:
    """Read a number: a name, which the API takes for a sender, is a mistake in such a file."""
    try:
        phone = write_phone(text)
    except ValueError:
        return None
    return phone if without_plus(phone).isdigit() else None


def _phone_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK).partition("#")[0].strip()
        if text:
            yield number, text


def name_files(phones: Mapping[int, str], template: str, file_format: str) -> list[Entry]:
    """Give each phone, by its line, a file name that is safe everywhere and unique.

    Raises:
        ValueError: `template` is not a template of names, or gives two phones the same name.
    """
    if set(template) & set("/\\"):
        raise ValueError(f"--name {template!r} is a path: give the folder by -o.")
    entries = [
        Entry(line=line, phone=phone, name=_fill(template, line, phone, file_format))
        for line, phone in phones.items()
    ]
    _check_names(entries)
    return entries


def _fill(template: str, line: int, phone: str, file_format: str) -> str:
    try:
        return safe_name(template.format(line=line, phone=phone, format=file_format))
    except (LookupError, ValueError, AttributeError):
        raise ValueError(
            f"--name {template!r} is not a template: {{phone}}, {{line}} and {{format}} are filled"
            " in, as in '{line:04}-{phone}.{format}'."
        ) from None


def _check_names(entries: Iterable[Entry]) -> None:
    """Refuse names that are the same on a system that does not distinguish `A` and `a`."""
    lines = dict[str, int]()
    for entry in entries:
        other = lines.setdefault(entry.name.casefold(), entry.line)
        if other != entry.line:
            raise ValueError(
                f"--name gives {listed([other, entry.line])} the same file name: add {{phone}} or"
                " {line}."
            )
