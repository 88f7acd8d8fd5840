"""Time zones: the one that is shown, by its name or as the machine has it."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

P = ParamSpec("P")
R = TypeVar("R")

_LOCALTIME: Final = Path("/etc/localtime")


class MachineZone(tzinfo):
    """The time zone of this machine, by the rules of its system, where it has no name."""

    def utcoffset(self, dt: datetime | None, /) -> timedelta | None:
        """Return the offset from UTC at a local time."""
        return None if dt is None else _by_the_system(dt).utcoffset()

    def dst(self, _dt: datetime | None, /) -> timedelta | None:
        """Return `None`: what part of the offset is daylight saving is not known."""
        return None

    def tzname(self, dt: datetime | None, /) -> str | None:
        """Return an abbreviation, such as `-03`."""
        return None if dt is None else _by_the_system(dt).tzname()

    def fromutc(self, dt: datetime, /) -> datetime:
        """Convert from UTC; of a local time that occurs twice, `fold` says which one it is."""
        local = dt.replace(tzinfo=UTC).astimezone()
        first = local.replace(tzinfo=None)
        is_second = first.astimezone().utcoffset() != local.utcoffset()
        return first.replace(tzinfo=self, fold=int(is_second))

    def __str__(self) -> str:
        return "the time zone of this machine"


def _by_the_system(time: datetime) -> datetime:
    return time.replace(tzinfo=None).astimezone()


def machine_zone(
    environment: Mapping[str, str] = os.environ, localtime: Path = _LOCALTIME
) -> tzinfo:
    """Return the time zone of this machine, with its name where that can be found."""
    name = environment.get("TZ", _name_behind(localtime)).lstrip(":")
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return MachineZone()


def _name_behind(localtime: Path) -> str:
    """Return the name of the zone that a link leads to; empty if it leads nowhere."""
    return str(localtime.resolve()).partition("zoneinfo/")[2]


def parse_zone(name: str) -> ZoneInfo:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise click.BadParameter(
            f"{name!r} is not a time zone that this machine knows; give one such as"
            " America/Sao_Paulo."
        ) from None


def zone_options(command: Callable[Concatenate[tzinfo, P], R]) -> Callable[P, R]:
    """Add `--zone` and `--utc` to a command, which gets the time zone as its first argument."""

    @click.option(
        "--zone",
        type=parse_zone,
        metavar="NAME",
        help="Show times and read dates in this time zone, such as America/Sao_Paulo."
        " [default: this machine's]",
    )
    @click.option("--utc", is_flag=True, help="The same as --zone UTC.")
    @wraps(command)
    def with_zone(*args: P.args, **kwargs: P.kwargs) -> R:
        given: Any = kwargs.pop("zone")
        utc: Any = kwargs.pop("utc")
        if given and utc:
            raise click.UsageError("Give either --zone or --utc, not both.")
        zone = UTC if utc else given or machine_zone()
        return command(zone, *args, **kwargs)

    return with_zone
