import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from audit.actions import record
from config.leaktest.plant import NotPlanted
from config.leaktest.run import OTHER_TENANT, Cell, Matrix, Met, UnderWay, run
from index.errors import IndexFailure
from retrieval.warm import warm
from tenants import queries
from tenants.models import Tenant
from terminal import command
from terminal.command import AskedWrongly, Failed

KINDS = ("member", "nested", "colleague", "administrator", "suspended", "revoked", OTHER_TENANT)
SHOWN, WIDTH = 20, 144
KEPT = ("holds", "leaks", "knocks", "canaries", "uncovered", "doors", "traces", "seconds")
"""What the audit keeps of a run: doors, verdicts and counts, from which the console draws its matrix."""


class Command(command.Command):
    help = (
        "Plants documents for every tenant and group, lets everybody ask for them at every door, and prints who found what. "
        "Removes what it planted. Runs on a live installation."
    )
    wrong = (queries.UnknownTenant,)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", action="append", help="these tenants alone; may be repeated")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        began = time.monotonic()
        tenants = _tenants(options["tenant"])
        warm()
        try:
            matrix = self._knock(tenants)
        except (UnderWay, NotPlanted, IndexFailure) as error:
            record(action="leaktest.failed", **_told(options), detail={"message": str(error)})
            raise Failed(str(error)) from error
        result = {"tenants": [tenant.slug for tenant in tenants], **_described(matrix, time.monotonic() - began)}
        record(action="leaktest.ran", **_told(options), detail={name: result[name] for name in KEPT})
        if not matrix.holds:
            raise Failed(_verdict(result), code="leaks" if matrix.leaks else "not_proven", result=result)
        return result

    def show(self, result: Mapping[str, Any]) -> None:
        if not self.console.is_terminal:
            self.console.width = WIDTH  # a file or a pipe has no width; 80 columns would be cut from the matrix
        table = Table(Column("door", no_wrap=True), *KINDS, "", title="found / may find · leaked / must not find")
        for door in result["doors"]:
            table.add_row(door["door"], *(_cell(door["personas"].get(kind), door["shows"]) for kind in KINDS), door["verdict"])
        for trace in result["traces"]:
            told = f"{len(trace['leaks'])} / {result['canaries']}"
            table.add_row(trace["place"], told, *[""] * (len(KINDS) - 1), trace["verdict"])
        narrow = self.console.is_terminal and self.console.width < WIDTH
        self.console.print(_summary(result) if narrow else table, width=None if narrow else WIDTH)
        for line in _lines(result):
            self.console.print(line, markup=False)
        if len(result["tenants"]) == 1:
            self.console.print("One tenant was tried; another was made beside it for the time, to show that tenants are kept apart.")
        if result["holds"]:
            self.console.print(_verdict(result))

    def _knock(self, tenants: Sequence[Tenant]) -> Matrix:
        if not (self.as_json or self.console.is_terminal):
            self.console.print("Planting documents and knocking at every door for them. This takes minutes.")
        columns = (TextColumn("Knocking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console, transient=True, disable=self.as_json or not self.console.is_terminal) as progress:
            task = progress.add_task("", total=None)
            return run(tenants, tell=lambda done, of: progress.update(task, completed=done, total=of))


def _summary(result: Mapping[str, Any]) -> Table:
    """Where the matrix has no room: all personas of a door together."""
    found, leaked = Column("found of what may be", justify="right"), Column("leaked of what must not", justify="right")
    table = Table("door", found, leaked, "")
    for door in result["doors"]:
        total: Counter[str] = Counter()
        for cell in door["personas"].values():
            total.update(cell)
        shown = f"{total['found']:,}/{total['allowed']:,}" if door["shows"] and total["allowed"] else "–"
        table.add_row(door["door"], shown, f"{total['leaked']:,}/{total['denied']:,}", door["verdict"])
    for trace in result["traces"]:
        table.add_row(trace["place"], "", f"{len(trace['leaks'])}/{result['canaries']}", trace["verdict"])
    return table


def _tenants(slugs: Sequence[str] | None) -> list[Tenant]:
    chosen = [queries.by_slug(slug) for slug in slugs] if slugs else list(Tenant.objects.filter(throwaway=False).order_by("slug"))
    if not chosen:
        raise AskedWrongly("There is no tenant yet, so that there is nobody to keep apart. `manage.py tenant SLUG` makes one.")
    return chosen


def _told(options: Mapping[str, Any]) -> dict[str, Any]:
    """What concerns one tenant alone stands in that tenant's audit, and is shown on its page."""
    named: list[str] = options["tenant"] or []
    return {"actor": "leaktest", "face": "command", "tenant": queries.by_slug(named[0]).id if len(set(named)) == 1 else None}


def _described(matrix: Matrix, seconds: float) -> dict[str, Any]:
    doors = [_door(met) for met in matrix.met]
    return {
        "holds": matrix.holds,
        "leaks": matrix.leaks,
        "blind": sorted(met.door.name for met in matrix.met if met.blind),
        "uncovered": list(matrix.uncovered),
        "canaries": len(matrix.planted.canaries),
        "personas": len(matrix.planted.personas),
        "knocks": len(matrix.met) * len(matrix.planted.canaries) * len(matrix.planted.personas),
        "doors": doors,
        "traces": [
            {"place": one.name, "leaks": list(one.leaks), "verdict": "LEAKS" if one.leaks else "BLIND" if one.blind else "holds"}
            for one in matrix.traces
        ],
        "seconds": round(seconds, 1),
    }


def _door(met: Met) -> dict[str, Any]:
    cells = {kind: met.cell(kind) for kind in KINDS if kind in met.cells}
    return {
        "door": met.door.name,
        "verdict": met.verdict,
        "shows": met.door.shows,
        "personas": {kind: {name: getattr(cell, name) for name in Cell.__dataclass_fields__} for kind, cell in cells.items()},
        "leaks": met.leaks,
        "broken": met.broken,
    }


def _cell(counted: Mapping[str, int] | None, shows: bool) -> str:
    if not counted:
        return ""
    found = f"{counted['found']}/{counted['allowed']}" if counted["allowed"] and shows else "–"
    return f"{found} · {counted['leaked']}/{counted['denied']}"


def _lines(result: Mapping[str, Any]) -> list[str]:
    """What went wrong, one line each."""
    lines = [f"{door['door']}: {leak}" for door in result["doors"] for leak in dict.fromkeys(door["leaks"])]
    lines += [f"{trace['place']}: holds words of what {leak} may read" for trace in result["traces"] for leak in trace["leaks"]]
    lines += [f"{door['door']}: failed for {who}" for door in result["doors"] for who in dict.fromkeys(door["broken"])]
    lines += [f"{name}: somebody who may read the document did not find it here, so that nothing is proven" for name in result["blind"]]
    lines += [f"{name}: nobody knocked here" for name in result["uncovered"]]
    return [*lines[:SHOWN], f"… and {len(lines) - SHOWN} more; --json lists them all."] if len(lines) > SHOWN else lines


def _verdict(result: Mapping[str, Any]) -> str:
    said = f"{result['leaks']} leaks in {result['knocks']:,} knocks at {len(result['doors'])} doors by {result['personas']} personas"
    return f"{said}, {len(result['blind'])} blind doors, {len(result['uncovered'])} not covered."
