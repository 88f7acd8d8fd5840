"""Time zones: the one that is given, or this machine's."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async.cli._zones import MachineZone, machine_zone
from smstools_async.sandbox import Sandbox
from tests.cli.command import PHONE, invoke


@pytest.fixture
def brussels(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """Let this machine be in Brussels."""
    monkeypatch.setenv("TZ", "Europe/Brussels")
    time.tzset()
    yield ZoneInfo("Europe/Brussels")
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", ["Europe/Brussels", ":Europe/Brussels"])
def test_zone_of_the_machine_has_its_name_by_the_environment(name: str) -> None:
    """As every program on it sees."""
    assert ZoneInfo("Europe/Brussels") == machine_zone({"TZ": name})


def test_zone_of_the_machine_has_its_name_by_the_system(tmp_path: Path) -> None:
    """Where the link of its setting leads to."""
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Kolkata")
    assert ZoneInfo("Asia/Kolkata") == machine_zone({}, link)


@pytest.mark.parametrize("name", ["BRT3", "", "/etc/localtime"])
def test_zone_without_a_name_is_known_by_the_system(name: str) -> None:
    """Rules instead of a name, or a copied file: the system alone knows what they mean."""
    zone = machine_zone({"TZ": name})
    assert isinstance(zone, MachineZone)
    assert "the time zone of this machine" == str(zone)


def test_zone_of_the_machine_needs_no_setting(tmp_path: Path) -> None:
    """Without one the system has a rule as well."""
    assert isinstance(machine_zone({}, tmp_path / "localtime"), MachineZone)


def test_nameless_zone_has_offsets_at_times_alone() -> None:
    """As Python asks of every zone."""
    zone = MachineZone()
    assert (None, None, None) == (zone.utcoffset(None), zone.tzname(None), zone.dst(None))


MOMENTS = st.integers(852_076_800, 2_051_222_400).map(lambda t: datetime.fromtimestamp(t, UTC))


@pytest.mark.usefixtures("brussels")
def test_nameless_zone_agrees_with_the_named_one() -> None:
    """At every moment, those of the hour that occurs twice included."""
    named, nameless = ZoneInfo("Europe/Brussels"), MachineZone()

    @given(MOMENTS)
    def agree(moment: datetime) -> None:
        there, here = moment.astimezone(named), moment.astimezone(nameless)
        assert there.replace(tzinfo=None) == here.replace(tzinfo=None)
        assert (there.fold, there.utcoffset()) == (here.fold, here.utcoffset())
        assert (there.tzname(), moment) == (here.tzname(), here.astimezone(UTC))

    agree()
    for minutes in range(-120, 120, 10):
        change = datetime(2025, 10, 26, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        assert change.astimezone(named).fold == change.astimezone(nameless).fold


def _receive_around_midnight(sandbox: Sandbox) -> None:
    """Receive a message each hour around a day in Sao Paulo: 29 June, 20 h to 1 July, 3 h."""
    first = datetime(2025, 6, 29, 23, tzinfo=UTC)
    for hour in range(32):
        moment = first + timedelta(hours=hour)
        local = moment.astimezone(ZoneInfo("America/Sao_Paulo"))
        sandbox.receive(PHONE, f"{local:%d-%H}", unix_time=int(moment.timestamp()))


DAY = ("--since", "2025-06-30", "--until", "2025-06-30", "--order", "oldest")


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "html"])
@pytest.mark.parametrize("zone", [("--zone", "America/Sao_Paulo"), ()], ids=["option", "machine"])
def test_bare_date_is_a_whole_day_in_the_zone(
    zone: tuple[str, ...], file_format: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each format, whether the zone is given or is the machine's."""
    monkeypatch.setenv("TZ", "Etc/UTC" if zone else "America/Sao_Paulo")
    _receive_around_midnight(sandbox)
    result = invoke("export", PHONE, *DAY, *zone, "--format", file_format)
    assert "24 messages in " in result.stderr
    assert "30-00" in result.stdout
    assert "30-23" in result.stdout


def test_bare_date_is_a_day_of_utc_if_that_is_shown(sandbox: Sandbox) -> None:
    """Filter and display agree."""
    _receive_around_midnight(sandbox)
    result = invoke("export", PHONE, *DAY, "--utc", "--format", "html")
    assert "24 messages in " in result.stderr
    assert "30-21" not in result.stdout
    assert 1 == result.stdout.count("<h2>")


@pytest.mark.parametrize("command", ["show", "export", "watch"])
def test_two_zones_are_one_too_many(command: str) -> None:
    """No option is ignored."""
    result = invoke(command, PHONE, "--utc", "--zone", "Asia/Kolkata")
    assert 2 == result.exit_code
    assert "Give either --zone or --utc, not both." in result.stderr


def test_chat_is_shown_in_the_zone(sandbox: Sandbox) -> None:
    """The heading names it."""
    sandbox.receive(PHONE, "Oi", unix_time=1749113086)
    shown = invoke("show", PHONE, "--zone", "Asia/Kolkata").stdout
    assert f"1 message with {PHONE}, times in Asia/Kolkata" == shown.splitlines()[0]
    assert "\n  14:14\n" in shown


def test_csv_for_a_spreadsheet_has_local_times(sandbox: Sandbox) -> None:
    """Plain CSV has moments in UTC, which mean the same everywhere."""
    sandbox.receive(PHONE, "Oi", unix_time=1749113086)
    export = ("export", PHONE, "--format", "csv", "--zone", "America/Sao_Paulo")
    assert '"2025-06-05T08:44:46+00:00"' in invoke(*export).stdout
    assert '"2025-06-05 05:44:46"' in invoke(*export, "--spreadsheet", "br").stdout
