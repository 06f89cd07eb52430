"""What streams find after a restore: no checkpoint, and a log that holds what came after the backup.

A checkpoint that is further than raw would leave a hole. Without one a stream begins with the first message that Kafka
holds; landing compares with raw and lands what is missing, live figures begin anew (docs/decisions/backup.md).
"""

import shutil
from typing import NamedTuple

from contracts.settings import Settings
from spark_jobs.kafka_log import bounds
from warehouse.backup.manifest import Manifest

ASIDE = "checkpoints-before-restore"


class Gap(NamedTuple):
    """Of one Kafka partition: messages that came after the backup, and those that Kafka no longer has."""

    topic: str
    partition: int
    to_land: int
    lost: int


def set_checkpoints_aside(settings: Settings) -> bool:
    """Streams go on from raw and not from where they were; False if there is no checkpoint here."""
    checkpoints, aside = settings.home / "checkpoints", settings.home / ASIDE
    if not checkpoints.exists():
        return False
    shutil.rmtree(aside, ignore_errors=True)
    checkpoints.rename(aside)
    return True


def gaps(settings: Settings, manifest: Manifest) -> list[Gap]:
    """What each Kafka partition holds, or has lost, of what came after the backup. Raises Problem."""
    reached = {(one.topic, one.partition): one.next_offset for one in manifest.offsets}
    return [
        Gap(topic, number, max(0, end - max(first, at)), max(0, first - at))
        for topic, partitions in bounds(settings).items()
        for number, (first, end) in partitions.items()
        for at in (reached.get((topic, number), 0),)
    ]
