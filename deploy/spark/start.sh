#!/usr/bin/env bash
# What every container of ours starts with. Spark on Kubernetes asks its image for `driver` or `executor` and says the rest
# in variables; anything else is a command and is run as it is, under tini, which reaps children and hands signals on.
set -euo pipefail

case ${1:-} in
    driver)
        shift
        set -- spark-submit --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" --deploy-mode client "$@"
        ;;
    executor)
        shift
        options=()
        for name in $(compgen -v SPARK_JAVA_OPT_ | sort -t_ -k4n); do options+=("${!name}"); done
        set -- java ${options[@]+"${options[@]}"} "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
            -cp "${SPARK_CLASSPATH:+$SPARK_CLASSPATH:}$SPARK_HOME/jars/*" \
            org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
            --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" \
            --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" \
            --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"
        ;;
esac
exec /usr/bin/tini -- "$@"
