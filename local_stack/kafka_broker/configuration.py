"""What the laptop's broker is told: listeners as in production, a folder of its own."""

from pathlib import Path

from contracts.settings import Settings

NODE_ID = 1

LOGGING = """\
Configuration:
  Appenders:
    Console:
      name: out
      PatternLayout:
        pattern: "%d{ISO8601} %p %m (%c{1})%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        ref: out
    Logger:
      - name: kafka.server.KafkaRaftServer
        level: INFO
"""


def data_folder(settings: Settings) -> Path:
    """Where the broker keeps its log segments."""
    return settings.home / "kafka" / "data"


def server_properties(settings: Settings) -> str:
    """The broker's `server.properties`."""
    host = settings.kafka_host
    external = f"EXTERNAL://{host}:{settings.kafka_port}"
    internal = f"INTERNAL://{host}:{settings.kafka_internal_port}"
    controller = f"CONTROLLER://{host}:{settings.kafka_controller_port}"
    return "\n".join(
        f"{name}={value}"
        for name, value in {
            "process.roles": "broker,controller",
            "node.id": NODE_ID,
            "controller.quorum.voters": f"{NODE_ID}@{host}:{settings.kafka_controller_port}",
            "listeners": f"{external},{internal},{controller}",
            "advertised.listeners": f"{external},{internal}",
            "listener.security.protocol.map": "EXTERNAL:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "INTERNAL",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": data_folder(settings),
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": 1,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "log.segment.bytes": 256 * 1024 * 1024,
            "num.network.threads": 2,
            "num.io.threads": 4,
        }.items()
    )
