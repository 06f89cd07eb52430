"""Verbs over other people's tools: dbt, SQL, the docs site, tests, benchmarks."""

import pkgutil
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import bench
from cli.console import say, step
from cli.programs import run, run_dbt, run_python
from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, load_settings, process_environment
from local_stack.jars import fetch_jars

NEED_DATABASE = {"build", "run", "test", "seed", "snapshot", "show", "retry", "run-operation", "debug", "source"}
PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(context_settings=PASS_ON)(dbt)
    app.command()(sql)
    app.command()(docs)
    app.command(context_settings=PASS_ON)(test)
    app.command("bench", context_settings=PASS_ON)(benchmark)


def dbt(context: typer.Context) -> None:
    """Run dbt on our project: `./retail dbt build` is `dbt build`."""
    from local_stack.stack import require_up

    settings = load_settings()
    code = run_dbt(settings, context.args)
    if code and set(context.args) & NEED_DATABASE:
        require_up(settings)  # explains what dbt says in its driver's words
    raise typer.Exit(code)


def sql(
    query: Annotated[str, typer.Argument(help="The statement; - reads it from standard input.")],
    format_: Annotated[str, typer.Option("--format", help="Any output format of ClickHouse.")] = "TabSeparated",
    write: Annotated[bool, typer.Option("--write", help="As the user who may write; else as the reader.")] = False,
) -> None:
    """Run one SQL statement and print what it gives, tab-separated and without a header."""
    from cli.query import print_query

    text = sys.stdin.read() if query == "-" else query
    print_query(load_settings(), text, format_, "writer" if write else "reader")


def docs(
    port: Annotated[int | None, typer.Option(help="Where to serve; DBT_DOCS_PORT if not given.")] = None,
    only_make: Annotated[bool, typer.Option("--only-make", help="Make the site and do not serve it.")] = False,
) -> None:
    """Make the dbt docs site, the data dictionary and the events' JSON Schema; serve the site until Ctrl-C."""
    from local_stack.stack import require_up

    settings = load_settings()
    require_up(settings)
    code = (
        run_python(settings, "contracts.write_schemas")
        or run_dbt(settings, ["docs", "generate"])
        or run_python(settings, "warehouse.dictionary.write_dictionary")
    )
    if code or only_make:
        raise typer.Exit(code)
    port = port or settings.dbt_docs_port
    say(f"The docs are at http://127.0.0.1:{port} until you press Ctrl-C.")
    raise typer.Exit(run_dbt(settings, ["docs", "serve", "--host", "127.0.0.1", "--port", str(port), "--no-browser"]))


def test(context: typer.Context) -> None:
    """Run the tests on a stack of their own, beside a running one: any pytest arguments; --long adds the slow ones."""
    settings = load_settings()
    if fetch_jars(settings.jars):
        step("Java archives of Kafka and of Spark's connector")
    command = [sys.executable, "-m", "pytest", *(_in_parallel(context.args)), *context.args]
    raise typer.Exit(run(command, process_environment(_on_its_own(settings)), PROJECT))


def _in_parallel(arguments: Sequence[str]) -> Sequence[str]:
    """The suite on two workers, a stack each; what is named, what is long and what is told otherwise, one by one."""
    told = ("--long", "--pdb", "-n", "-k", "-m")
    if any(not argument.startswith("-") or argument.startswith(told) for argument in arguments):
        return ()
    return ("-n", "2", "--dist", "loadfile")


def _on_its_own(settings: Settings) -> Settings:
    """Settings of which only the archives and what tests read reach them."""
    shared = {name: getattr(settings, name) for name in Settings.model_fields if name.startswith("retail_test_")}
    shared["retail_jars"] = settings.jars
    return Settings(_env_file=None, **shared)


def benchmark(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Which; without it: the list.")] = ""
) -> None:
    """Run a benchmark; it prints ratios within one run."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    if not name or name in ("-h", "--help"):
        typer.echo("\n".join(names))
        return
    if name not in names:
        raise Problem(f"There is no benchmark {name!r}.", f"There are: {', '.join(names)}.")
    settings = load_settings()
    fetch_jars(settings.jars)
    raise typer.Exit(run_python(settings, f"bench.{name}", *context.args))
