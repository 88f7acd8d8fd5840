"""Arguments: read as people write them, written so that a shell reads them again."""

from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from smstools_async.cli._arguments import DateOrTime, Duration, command_line, name_options

SINCE = datetime(2025, 6, 5, tzinfo=UTC)


@click.command()
@click.argument("phone")
@click.option("-o", "--output", type=click.Path(path_type=Path))
@click.option("--most", type=int, default=5)
@click.option("--since", type=DateOrTime())
@click.option("--also", multiple=True)
@click.option("--fast", is_flag=True)
@click.option("--utc/--local", default=True)
@click.option("--cursor")
def _repeat(**given: object) -> None:
    since = SINCE if given["since"] else None
    click.echo(command_line(cursor="c", most=None, since=since))


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (["+55"], "again +55 --cursor c"),
        (["+55", "--cursor", "b"], "again +55 --cursor c"),
        (["+55", "--most", "7"], "again +55 --cursor c"),
        (["+55", "--fast"], "again +55 --fast --cursor c"),
        (["+55", "--local"], "again +55 --local --cursor c"),
        (["+55", "--utc"], "again +55 --utc --cursor c"),
        (["+55", "-o", "my file"], "again +55 --output 'my file' --cursor c"),
        (["$(rm -rf)"], "again '$(rm -rf)' --cursor c"),
        (
            ["+55", "--since", "7d"],
            "again +55 --since 2025-06-05T00:00:00+00:00 --cursor c",
        ),
        (
            ["+55", "--also", "1", "--also", "2"],
            "again +55 --also 1 --also 2 --cursor c",
        ),
    ],
)
def test_command_line_is_written_again(given: list[str], written: str) -> None:
    """What was given stays, what changes is changed, what was left out stays out."""
    result = CliRunner().invoke(_repeat, given, prog_name="again")
    assert written == result.output.strip()


@click.command()
@click.argument("error")
@click.option("--phone-list", "phones")
@click.option("--max-file-bytes", "max_bytes")
@click.option("--timeout")
def _fail(*, error: str, **_: object) -> None:
    click.echo(name_options(error))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("larger than 10 bytes (`max_bytes`)", "larger than 10 bytes (--max-file-bytes)"),
        ("give a longer `timeout`", "give a longer --timeout"),
        ("timeout=nan: give seconds", "--timeout=nan: give seconds"),
        ("accept it by phones=True", "accept it by --phone-list"),
        ("phones (not shown) is empty", "--phone-list (not shown) is empty"),
        ("interval=1, timeout=2", "interval=1, --timeout=2"),
        ("error='x' (`page_size`)", "error='x' (`page_size`)"),
        ("Gateway timeout", "Gateway timeout"),
        ("url='http://x/timeout=3' 'timeout'", "url='http://x/timeout=3' 'timeout'"),
    ],
)
def test_errors_name_options(error: str, told: str) -> None:
    """Those that the command has; other words stay what they are."""
    assert told == CliRunner().invoke(_fail, ["--", error]).output.strip()


def test_errors_outside_a_command_stay_as_they_are() -> None:
    """There are no options to name."""
    assert "timeout=nan" == name_options("timeout=nan")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("0.5", 0.5), ("90s", 90), ("15min", 900), ("2h", 7200), ("1d", 86400)],
)
def test_duration_is_read(text: str, seconds: float) -> None:
    """A number alone is in seconds."""
    assert seconds == Duration().convert(text, None, None)
    assert seconds == Duration().convert(seconds + 0.0, None, None)


@pytest.mark.parametrize("text", ["", "h", "-1", "1m", "1 week", "nan", "inf"])
def test_what_is_not_a_duration_is_explained(text: str) -> None:
    """The error shows how one is written."""
    with pytest.raises(click.BadParameter, match="is not a duration, such as 90s, 15min or 2h"):
        Duration().convert(text, None, None)
