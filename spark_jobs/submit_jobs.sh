#!/usr/bin/env bash
# Submits a job to a Spark master: this machine, a standalone cluster or Kubernetes. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYSPARK_PYTHON:-$root/.venv/bin/python}

usage() {
    cat <<'TEXT'
Usage: spark_jobs/submit_jobs.sh JOB [--master URL] [--conf FILE] [--dry-run] [-- ARGUMENTS OF THE JOB]

JOB
  land        Kafka's events into the raw tables; with `-- --once` until everything is there
  sales       windows over sales and their anomalies
  inventory   stock on hand and its alerts
  streams     all of them in one session

Options
  --master URL   local[N], spark://HOST:PORT or k8s://https://HOST:PORT (default: SPARK_MASTER)
  --conf FILE    Spark properties (default: spark_jobs/conf/local.conf, standalone.conf or kubernetes.conf, by the master)
  --dry-run      print the command and do nothing
  -h, --help     this text

Settings come from the environment and .env, as everywhere (.env.example lists them). Passwords are never on the command
line: a driver on this machine reads them from the environment or $RETAIL_HOME/secrets.env, one on Kubernetes gets them
from a secret. Checkpoints are in $RETAIL_HOME/checkpoints/STREAM, logs in $RETAIL_HOME/logs/spark-JOB.log; where executors
run on other machines, RETAIL_HOME is a folder that all of them share.
TEXT
}

stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

job='' master='' properties='' dry_run=false
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage && exit 0 ;;
        --master | --conf)
            [ $# -gt 1 ] || stop "$1 needs a value. See --help."
            if [ "$1" = --master ]; then master=$2; else properties=$2; fi
            shift 2
            ;;
        --dry-run) dry_run=true && shift ;;
        --) shift && break ;;
        -*) stop "There is no option $1. See --help." ;;
        *)
            [ -z "$job" ] || stop "One job at a time; arguments of the job come after --."
            job=$1 && shift
            ;;
    esac
done

case $job in
    land) program=land_events ;;
    sales) program=sales_streaming ;;
    inventory) program=inventory_streaming ;;
    streams) program=run_streams ;;
    '') usage >&2 && exit 1 ;;
    *) stop "There is no job $job. See --help." ;;
esac
[ -x "$python" ] || stop "There is no Python environment at $python. Make it with ./retail --help, or set PYSPARK_PYTHON."

# What the settings say, one line each: home, folder of the jars, master, the driver's memory, folder of PySpark.
# Read with no master of ours in the way, so that --master wins and SPARK_MASTER is the default.
settings=$(cd "$root" && "$python" -P - <<'CODE'
from importlib.util import find_spec
from pathlib import Path

from contracts.settings import load_settings

settings = load_settings()
print(settings.home, settings.jars, settings.spark_master, settings.spark_driver_memory, sep="\n")
print(Path(find_spec("pyspark").origin).parent)
CODE
)
{ read -r home && read -r jars_folder && read -r default_master && read -r driver_memory && read -r pyspark; } <<<"$settings"
master=${master:-$default_master}

case $master in
    local | local\[*) kind=local ;;
    spark://*) kind=standalone ;;
    k8s://*) kind=kubernetes ;;
    *) stop "$master is no master that a job can be submitted to. See --help." ;;
esac
properties=${properties:-$root/spark_jobs/conf/$kind.conf}
[ -f "$properties" ] || stop "There is no file $properties."

command=("$pyspark/bin/spark-submit" --master "$master" --name "retail-$job" --properties-file "$properties")
if [ "$kind" = kubernetes ]; then
    # The driver is elsewhere: what is no secret goes along as its environment.
    while read -r variable; do
        command+=(--conf "spark.kubernetes.driverEnv.$variable")
    done < <(cd "$root" && "$python" -P - "$master" <<'CODE'
import sys

from contracts.settings import load_settings

NAMES = (
    *("CLICKHOUSE_HOST", "CLICKHOUSE_PORT", "CLICKHOUSE_SECURE", "CLICKHOUSE_CA", "CLICKHOUSE_USER"),
    *("KAFKA_HOST", "KAFKA_PORT", "KAFKA_SECURITY", "KAFKA_USER", "KAFKA_CA"),
)
values = load_settings().environment() | {"SPARK_MASTER": sys.argv[1]}
for name in (*NAMES, "LANDING_MAX_OFFSETS_PER_TRIGGER", "SPARK_MASTER"):
    print(f"{name}={values[name]}")
CODE
    )
    command+=("local:///opt/retail/spark_jobs/$program.py" "$@")
else
    jars=("$jars_folder"/spark/*.jar)
    [ -f "${jars[0]}" ] || stop "Spark's Kafka connector is not in $jars_folder/spark. Bring it with ./retail up."
    log=$home/logs/spark-$job.log
    java="-XX:+UseParallelGC -Duser.timezone=UTC -Dderby.system.home=$home/spark"
    java+=" -Dlog4j2.configurationFile=file:$root/spark_jobs/log4j2.properties -Dretail.log=$log"
    command+=(--jars "$(IFS=, && echo "${jars[*]}")" --driver-memory "$driver_memory" --driver-java-options "$java")
    command+=("$root/spark_jobs/$program.py" "$@")
fi

if $dry_run; then
    printf '%q ' "${command[@]}"
    printf '\n'
    exit 0
fi

printf 'Submitting %s to %s; checkpoints in %s, log in %s.\n' \
    "$job" "$master" "$home/checkpoints" "${log:-the pod of the driver}" >&2
export SPARK_MASTER=$master RETAIL_HOME=$home RETAIL_JARS=$jars_folder
export PYSPARK_PYTHON=$python PYSPARK_DRIVER_PYTHON=$python
# Programs of ours are imported by their full names, wherever Spark starts Python.
export PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH}
case $master in local* | *//127.0.0.1:* | *//localhost:*) export SPARK_LOCAL_IP=127.0.0.1 ;; esac
[ "$kind" = kubernetes ] || mkdir -p "$home/logs"
exec "${command[@]}"
