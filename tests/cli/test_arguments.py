"""Arguments: read as people write them, written so that a shell reads them again."""

from datetime import datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from smstools_async.cli._arguments import command_line, parse_time


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-06-05", "2025-06-05T00:00:00+00:00"),
        ("2025-06-05T08:44:46", "2025-06-05T08:44:46+00:00"),
        ("2025-06-05 08:44", "2025-06-05T08:44:00+00:00"),
        ("2025-06-05T08:44:46Z", "2025-06-05T08:44:46+00:00"),
        ("2025-06-05T08:44:46-03:00", "2025-06-05T08:44:46-03:00"),
        ("20250605T084446Z", "2025-06-05T08:44:46+00:00"),
    ],
)
def test_time_is_read(text: str, iso: str) -> None:
    """Any ISO 8601 form will do; without an offset it is UTC, as in what is exported."""
    assert datetime.fromisoformat(iso) == parse_time(text)
    assert datetime.fromisoformat(iso).utcoffset() == parse_time(text).utcoffset()


@pytest.mark.parametrize("text", ["", "yesterday", "05/06/2025", "2025-13-01", "1749113086x"])
def test_what_is_no_time_is_explained(text: str) -> None:
    """The error shows how a time is written."""
    with pytest.raises(click.BadParameter, match="no time in ISO 8601, such as 2025-06-05 or "):
        parse_time(text)


@click.command()
@click.argument("phone")
@click.option("-o", "--output", type=click.Path(path_type=Path))
@click.option("--most", type=int, default=5)
@click.option("--since", type=parse_time)
@click.option("--fast", is_flag=True)
@click.option("--utc/--local", default=True)
@click.option("--cursor")
def _repeat(**_: object) -> None:
    click.echo(command_line(cursor="c", most=None))


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
            ["+55", "--since", "2025-06-05"],
            "again +55 --since 2025-06-05T00:00:00+00:00 --cursor c",
        ),
    ],
)
def test_command_line_is_written_again(given: list[str], written: str) -> None:
    """What was given stays, what changes is changed, what was left out stays out."""
    result = CliRunner().invoke(_repeat, given, prog_name="again")
    assert written == result.output.strip()
