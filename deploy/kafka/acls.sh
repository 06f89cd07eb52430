#!/usr/bin/env bash
# Users and rules of the secured cluster: ./acls.sh BOOTSTRAP ADMIN.PROPERTIES, with passwords in the environment.
# `retail` is every program of ours (KAFKA_USER); give the tills' gateway a user of its own that may only write.
set -euo pipefail
[ $# -eq 2 ] || { echo "Usage: $0 HOST:PORT ADMIN.PROPERTIES" >&2 && exit 1; }
: "${KAFKA_PASSWORD:?set it to the password of retail}"
: "${KAFKA_GATEWAY_PASSWORD:?set it to the password of gateway}"
bin=${KAFKA_BIN:-/opt/kafka/bin}
broker=(--bootstrap-server "$1" --command-config "$2")
topics=(--topic sales_events --topic inventory_events --topic catalog_events)

scram() {
    "$bin/kafka-configs.sh" "${broker[@]}" --alter --entity-type users --entity-name "$1" \
        --add-config "SCRAM-SHA-512=[iterations=8192,password=$2]"
}

allow() { "$bin/kafka-acls.sh" "${broker[@]}" --add "$@"; }

scram retail "$KAFKA_PASSWORD"
scram gateway "$KAFKA_GATEWAY_PASSWORD"
allow --allow-principal User:retail --operation Create --operation Describe --operation DescribeConfigs \
    --operation Read --operation Write "${topics[@]}"
# Spark's connector makes groups of this name; ours are `landing` and `backfill`.
allow --allow-principal User:retail --operation Read --operation Describe --group spark-kafka- --resource-pattern-type prefixed
allow --allow-principal User:retail --operation Read --operation Describe --group landing --group backfill
allow --allow-principal User:retail --operation IdempotentWrite --cluster
allow --allow-principal User:gateway --operation Describe --operation Write "${topics[@]}"
allow --allow-principal User:gateway --operation IdempotentWrite --cluster
