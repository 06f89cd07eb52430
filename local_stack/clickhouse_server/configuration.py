"""The engine's own configuration files, written anew at every start from the settings."""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from contracts.problems import Problem
from contracts.settings import Settings

WRITER_ROLE, READER_ROLE, READER_PROFILE = "retail_writer", "retail_reader", "retail_reader"
ENGINE_LOG = "query_log_engine"

# Settings that hold an expression, a path, an address or another language: what a reader may not say in a query, a
# reader may not say in a setting either.
EVALUATED = ("input_format_values_interpret_expressions", "input_format_values_deduce_templates_of_expressions")
FIXED_FOR_READERS = (
    *EVALUATED,
    *("dialect", "polyglot_dialect", "implicit_select", "implicit_table_at_top_level", "allow_ddl"),
    *("additional_table_filters", "additional_result_filter", "parallel_replicas_custom_key"),
    *("select", "filter", "order", "sort", "compression", "format", "input_format", "output_format"),
    *("format_schema", "format_schema_source", "format_schema_message_name", "output_format_schema"),
    *("format_template_resultset", "format_template_row", "format_template_row_format", "format_regexp"),
    *("format_template_resultset_format", "format_avro_schema_registry_url", "input_format_record_errors_file_path"),
    *("rename_files_after_processing", "url_base", "s3_base", "promql_database", "promql_table"),
    *("ai_function_text_default_credentials", "ai_function_embedding_default_credentials", "default_view_definer"),
    *("cluster_for_parallel_replicas", "function_implementation", "s3queue_default_zookeeper_path"),
    *("allow_experimental_eval_table_function", "allow_introspection_functions", "errors_output_format"),
)

_CONFIG = """<clickhouse>
  <timezone>UTC</timezone>
  <user_directories><users_xml><path>{users}</path></users_xml></user_directories>
  <users_config>{users}</users_config>
  <user_files_path>{user_files}</user_files_path>
  <tmp_path>{temporary}/</tmp_path>
  <default_database>_local</default_database>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <mark_cache_size>134217728</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <!-- The only folder that BACKUP … TO File('name') may write. -->
  <backups><allowed_path>{backups}/</allowed_path></backups>
  <query_log>
    <database>system</database><table>{log}</table>
    <partition_by>event_date</partition_by><ttl>event_date + INTERVAL 7 DAY</ttl>
    <flush_interval_milliseconds>2000</flush_interval_milliseconds>
  </query_log>
</clickhouse>
"""

# The engine wants 1 GiB free for every thread of a query, 4 GiB for every thread of an INSERT, and takes one thread if
# there is less: with a laptop's limit an INSERT took 1.7 times as long.
_THREAD_MEMORY = 256 << 20

# A condition that 26.9 keeps in its query condition cache after pushing it past a window function finds no row later.
# Every connection of the engine is its user `default`, which owns nothing but two roles; the server drops one of them.
_USERS = """<clickhouse>
  <profiles><default>
    <implicit_select>0</implicit_select>
    <log_queries>0</log_queries>
    <use_query_condition_cache>0</use_query_condition_cache>
    <max_threads>{threads}</max_threads>
    <max_threads_min_free_memory_per_thread>{thread_memory}</max_threads_min_free_memory_per_thread>
    <max_insert_threads_min_free_memory_per_thread>{thread_memory}</max_insert_threads_min_free_memory_per_thread>
    <max_memory_usage>{query_memory}</max_memory_usage>
    <constraints>
      <max_memory_usage><max>{query_memory}</max></max_memory_usage>
      <dialect><readonly/></dialect>
    </constraints>
  </default>
  <{profile}>
    <constraints>
      <max_memory_usage><max>{query_memory}</max></max_memory_usage>
      {fixed}
    </constraints>
  </{profile}></profiles>
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
    """Where one server keeps its things, all but the backups below `RETAIL_HOME/clickhouse`."""

    root: Path

    @property
    def data(self) -> Path:
        """The engine's data folder."""
        return self.root / "data"

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
    """Make the folders and write `config.xml` and `users.xml`; returns where they are. Raises `Problem` for a home
    whose name the engine would misread."""
    folders = Folders(settings.home / "clickhouse")
    if any(sign in str(folders.root) for sign in "?&"):
        raise Problem(f"The engine cannot open a folder with ? or & in its name: {folders.root}.", "Set RETAIL_HOME.")
    for folder in (folders.data, settings.backup_folder, folders.user_files, folders.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    users = folders.root / "users.xml"
    users.write_text(
        _USERS.format(
            threads=settings.local_clickhouse_threads,
            thread_memory=_THREAD_MEMORY,
            query_memory=_gigabytes(settings.local_clickhouse_query_memory_gb),
            writer=WRITER_ROLE,
            reader=READER_ROLE,
            profile=READER_PROFILE,
            fixed="\n      ".join(f"<{name}><readonly/></{name}>" for name in FIXED_FOR_READERS),
        )
    )
    folders.config.write_text(
        _CONFIG.format(
            users=escape(str(users)),
            log=ENGINE_LOG,
            user_files=escape(str(folders.user_files)),
            temporary=escape(str(folders.temporary)),
            backups=escape(str(settings.backup_folder)),
            memory=_gigabytes(settings.local_clickhouse_memory_gb),
        )
    )
    return folders


def _gigabytes(value: float) -> int:
    return int(value * 1024**3)
