#!/bin/sh
# The bucket of released models, and a user who can reach nothing but it. A second run changes nothing.
set -eu
root=$(cat /run/secrets/minio_root_password)
models=$(cat /run/secrets/minio_models_password)
# Read from the environment, so that the password is in no list of processes.
export MC_HOST_store="http://retail:$root@minio:9000"

mc mb --ignore-existing store/models
mc version enable store/models # a release that is overwritten or deleted can be had back
mc admin policy create store models /opt/minio/models_policy.json
printf 'models\n%s\n' "$models" | mc admin user add store
if ! said=$(mc admin policy attach store models --user models 2>&1); then
    case $said in
        *"already in effect"*) ;;
        *) echo "$said" >&2 && exit 1 ;;
    esac
fi
