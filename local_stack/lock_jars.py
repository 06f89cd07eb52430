"""Write `jars.lock` anew: resolve the coordinates below with everything they need and note each archive's hash.

Run after changing a version: `python -m local_stack.lock_jars`.
"""

import tempfile
from importlib.metadata import version
from pathlib import Path

from local_stack.jars import LOCK, hash_of, pyspark_folder, run_ivy

WANTED = {
    "kafka": [
        ("org.apache.kafka", "kafka_2.13", "4.3.1"),
        ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4"),  # Kafka 4.3's log4j; without it nothing is logged
    ],
    "spark": [("org.apache.spark", "spark-sql-kafka-0-10_2.13", version("pyspark"))],
    "s3": [("org.gaul", "s3proxy", "2.9.0")],  # an S3 server for tests
}
HEADER = "# Java archives by group, Maven coordinates and SHA-256; written by `python -m local_stack.lock_jars`.\n"
SEPARATOR = "+++"


def main() -> None:
    """Resolve and write the lock."""
    with tempfile.TemporaryDirectory() as work:
        lines = [line for group in WANTED for line in _resolve(group, Path(work))]
    LOCK.write_text(HEADER + "\n".join(lines) + "\n")


def _resolve(group: str, work: Path) -> list[str]:
    names = SEPARATOR.join(("[organisation]", "[artifact]", "[revision]"))
    for coordinates in WANTED[group]:
        run_ivy(work, ["-dependency", *coordinates, "-confs", "default"], f"{work}/{group}/{names}.[ext]")
    jars = sorted((work / group).glob("*.jar"))
    wanted = (jar for jar in jars if not (_comes_with_spark(group, jar) or _is_of_one_platform(jar)))
    return [f"{group} {_coordinates(jar)} {hash_of(jar)}" for jar in wanted]


def _coordinates(jar: Path) -> str:
    return ":".join(jar.stem.split(SEPARATOR))


def _is_of_one_platform(jar: Path) -> bool:
    return "-native-" in jar.name  # faster sockets of Netty, several files under one name


def _comes_with_spark(group: str, jar: Path) -> bool:
    name = jar.stem.split(SEPARATOR)[1]
    own = (pyspark_folder() / "jars").glob(f"{name}-[0-9]*.jar")
    return group == "spark" and any(own)


if __name__ == "__main__":
    main()
