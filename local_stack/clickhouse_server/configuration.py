"""The engine's own configuration files, written anew at every start from the settings."""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from contracts.settings import Settings

WRITER_ROLE, READER_ROLE = "retail_writer", "retail_reader"
ENGINE_LOG = "query_log_engine"

_CONFIG = """<clickhouse>
  <timezone>UTC</timezone>
  <user_directories><users_xml><path>{users}</path></users_xml></user_directories>
  <users_config>{users}</users_config>
  <user_files_path>{user_files}</user_files_path>
  <tmp_path>{temporary}/</tmp_path>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <mark_cache_size>134217728</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <backups><allowed_path>{backups}/</allowed_path></backups>
  <query_log>
    <database>system</database><table>query_log</table>
    <partition_by>event_date</partition_by><ttl>event_date + INTERVAL 7 DAY</ttl>
    <flush_interval_milliseconds>2000</flush_interval_milliseconds>
  </query_log>
</clickhouse>
"""

# Every connection of the engine is its user `default`, which owns nothing but two roles; the server drops one of them.
_USERS = """<clickhouse>
  <profiles><default>
    <implicit_select>0</implicit_select>
    <max_threads>{threads}</max_threads>
    <max_memory_usage>{query_memory}</max_memory_usage>
    <constraints>
      <max_memory_usage><max>{query_memory}</max></max_memory_usage>
      <dialect><readonly/></dialect>
    </constraints>
  </default></profiles>
  <quotas><default/></quotas>
  <roles>
    <{writer}><grants><query>GRANT ALL ON *.* WITH GRANT OPTION</query></grants></{writer}>
    <{reader}><grants><query>GRANT SELECT, SHOW ON *.*</query></grants></{reader}>
  </roles>
  <users><default>
    <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
    <grants><query>GRANT {writer}</query><query>GRANT {reader}</query></grants>
  </default></users>
</clickhouse>
"""


@dataclass(frozen=True)
class Folders:
    """Where one server keeps its things, all below `RETAIL_HOME/clickhouse`."""

    root: Path

    @property
    def data(self) -> Path:
        """The engine's data folder."""
        return self.root / "data"

    @property
    def backups(self) -> Path:
        """The only folder `BACKUP … TO File('name')` may write."""
        return self.root / "backups"

    @property
    def user_files(self) -> Path:
        """Where relative names in `file()` start."""
        return self.root / "user_files"

    @property
    def temporary(self) -> Path:
        """Spilled sorts and buffered answers; emptied at the start."""
        return self.root / "tmp"

    @property
    def config(self) -> Path:
        """The configuration the engine reads."""
        return self.root / "config.xml"


def write_configuration(settings: Settings) -> Folders:
    """Make the folders and write `config.xml` and `users.xml`; returns where they are."""
    folders = Folders(settings.home / "clickhouse")
    for folder in (folders.data, folders.backups, folders.user_files, folders.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    users = folders.root / "users.xml"
    users.write_text(
        _USERS.format(
            threads=settings.local_clickhouse_threads,
            query_memory=_gigabytes(settings.local_clickhouse_query_memory_gb),
            writer=WRITER_ROLE,
            reader=READER_ROLE,
        )
    )
    folders.config.write_text(
        _CONFIG.format(
            users=escape(str(users)),
            user_files=escape(str(folders.user_files)),
            temporary=escape(str(folders.temporary)),
            backups=escape(str(folders.backups)),
            memory=_gigabytes(settings.local_clickhouse_memory_gb),
        )
    )
    return folders


def _gigabytes(value: float) -> int:
    return int(value * 1024**3)
