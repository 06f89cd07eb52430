"""ClickHouse's JDBC driver, used through Spark as anybody would; prints what it saw as JSON. Run by `test_jdbc.py`.

python jdbc_client.py HOST:PORT USER JARS, the password in JDBC_PASSWORD; the table `seen` is there.
"""

import json
import os
import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import count
from pyspark.sql.functions import sum as total


def main(address: str, user: str, jars: str) -> None:
    """Read whole, in parts and aggregated; write; provoke an error."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", jars)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    options = {
        "url": f"jdbc:clickhouse://{address}/default",
        "driver": "com.clickhouse.jdbc.ClickHouseDriver",
        "user": user,
        "password": os.environ["JDBC_PASSWORD"],
    }

    def read(**more: str) -> DataFrame:
        return spark.read.format("jdbc").options(**options, **more).load()

    whole = read(dbtable="seen")
    parts = read(dbtable="seen", partitionColumn="id", lowerBound="0", upperBound="200000", numPartitions="4")
    grouped = read(query="select store, count() as lines, sum(price) as paid from seen group by store order by store")
    spark.range(1_000).selectExpr("id", "cast(id as string) as text", "id / 2.0D as half").write.format("jdbc").options(
        **options, dbtable="written", batchsize="300", isolationLevel="NONE"
    ).mode("append").save()
    seen = {
        "types": {field.name: field.dataType.simpleString() for field in whole.schema},
        "row": [str(value) for value in whole.filter("id = 4").collect()[0]],
        "parts": parts.rdd.getNumPartitions(),
        "sums": [str(value) for value in parts.agg(count("*"), total("id"), total("price")).collect()[0]],
        "filtered": parts.filter("id < 10 and text >= 's5'").count(),
        "grouped": [[str(value) for value in row] for row in grouped.collect()],
        "error": _complaint(lambda: read(dbtable="nowhere")),
    }
    spark.stop()
    json.dump(seen, sys.stdout)


def _complaint(action: object) -> str:
    try:
        action()
    except Exception as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
