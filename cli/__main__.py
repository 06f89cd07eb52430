"""`./retail`: the verbs, in the order one meets them."""

import sys

import typer
from pydantic import ValidationError

from cli import (
    airflow_verbs,
    alerts,
    archive,
    backup_verbs,
    chaos,
    costs,
    dashboard,
    data_verbs,
    demo,
    doctor,
    erase,
    kpi,
    ml_verbs,
    mutate,
    policy_verbs,
    powerbi_verbs,
    quality_verbs,
    release_verbs,
    scorecard,
    stack_verbs,
    tool_verbs,
)
from cli.console import explain
from contracts.problems import Problem

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Retail inventory analytics: Kafka, Spark, ClickHouse and dbt, from the till to the star schema.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verbs in (
    demo,
    stack_verbs,
    doctor,
    dashboard,
    airflow_verbs,
    data_verbs,
    archive,
    erase,
    ml_verbs,
    release_verbs,
    policy_verbs,
    quality_verbs,
    powerbi_verbs,
    backup_verbs,
    costs,
    tool_verbs,
    kpi,
    alerts,
    scorecard,
    mutate,
    chaos,
):
    verbs.register(app)


def main() -> None:
    """Run a verb; what is explained is printed as a sentence, Ctrl-C ends quietly with code 130."""
    try:
        app(prog_name="./retail")
    except Problem as problem:
        explain(problem)
        sys.exit(problem.exit_code)
    except ValidationError as error:
        explain(Problem("A setting does not fit.", _wrong_settings(error)))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _wrong_settings(error: ValidationError) -> str:
    found = (f"{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors(include_input=False))
    return "; ".join(found) + ". See .env.example."


if __name__ == "__main__":
    main()
