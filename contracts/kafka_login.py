"""How a client of Kafka says who it is, in the words of each of the three client libraries.

All take KAFKA_SECURITY, KAFKA_USER, KAFKA_PASSWORD and KAFKA_CA; the mechanism of SASL is SCRAM-SHA-512. Without
security a client is told the brokers' address only, as on the laptop.
"""

from contracts.settings import Settings

MECHANISM = "SCRAM-SHA-512"


def librdkafka(settings: Settings) -> dict[str, str]:
    """Options of confluent-kafka's clients, the brokers' address among them."""
    login = {
        "sasl.mechanism": MECHANISM,
        "sasl.username": settings.kafka_user,
        "sasl.password": settings.kafka_password.get_secret_value(),
    }
    authority = {"ssl.ca.location": settings.kafka_ca}
    return _options(settings, "bootstrap.servers", "security.protocol", login, authority)


def kafka_python(settings: Settings) -> dict[str, str]:
    """Arguments of kafka-python's clients, the brokers' address among them."""
    login = {
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password.get_secret_value(),
    }
    authority = {"ssl_cafile": settings.kafka_ca}
    return _options(settings, "bootstrap_servers", "security_protocol", login, authority)


def spark(settings: Settings) -> dict[str, str]:
    """Options of Spark's Kafka source, which hands on to the Java client what begins with `kafka.`."""
    login = {"kafka.sasl.mechanism": MECHANISM, "kafka.sasl.jaas.config": _jaas(settings)}
    authority = {"kafka.ssl.truststore.type": "PEM", "kafka.ssl.truststore.location": settings.kafka_ca}
    return _options(settings, "kafka.bootstrap.servers", "kafka.security.protocol", login, authority)


def _options(
    settings: Settings, brokers: str, security: str, login: dict[str, str], authority: dict[str, str]
) -> dict[str, str]:
    """What of these KAFKA_SECURITY asks for; an authority is named where it is a company's own."""
    options = {brokers: settings.kafka_bootstrap}
    if settings.kafka_security != "PLAINTEXT":
        options[security] = settings.kafka_security
    if settings.kafka_security.startswith("SASL_"):
        options |= login
    if settings.kafka_security.endswith("SSL") and settings.kafka_ca:
        options |= authority
    return options


def _jaas(settings: Settings) -> str:
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    password = settings.kafka_password.get_secret_value()
    return f"{module} required username={_quoted(settings.kafka_user)} password={_quoted(password)};"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
