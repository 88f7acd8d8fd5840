"""Options that several commands share."""

import click

phone_argument = click.argument("phone")

resume_option = click.option(
    "--resume-from", metavar="CURSOR", help="Resume from the cursor that a stopped run printed."
)
