"""Commands about the installed program itself, which need no database."""

import click
from rich.table import Table

from tracker.app.tracker import clock
from tracker.interfaces.cli.commands.terminal import as_json, print_result
from tracker.interfaces.cli.tables import safe_text
from tracker.reports.bill_of_materials import build_cyclonedx, list_packages


@click.command()
@as_json
@click.pass_context
def licences(_context: click.Context, /, json: bool) -> None:
    """List the installed packages with their licences.

    --json prints them as a bill of materials, CycloneDX 1.6, for programs that look for known
    weaknesses.
    """
    packages = list_packages()
    table = Table("package", "version", "licence")
    for package in packages:
        table.add_row(*map(safe_text, (package.name, package.version, package.licence)))
    print_result(build_cyclonedx(packages, clock()) if json else packages, json, table)
