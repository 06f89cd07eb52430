#!/bin/sh
# The buckets of released models and of the warehouse (archive, cold tier), each with a user who can reach nothing else.
# A second run changes nothing.
set -eu
root=$(cat /run/secrets/minio_root_password)
# Read from the environment, so that the password is in no list of processes.
export MC_HOST_store="http://retail:$root@minio:9000"

make_user() {
    mc admin policy create store "$1" "/opt/minio/$1_policy.json"
    printf '%s\n%s\n' "$1" "$(cat "/run/secrets/minio_$1_password")" | mc admin user add store
    if ! said=$(mc admin policy attach store "$1" --user "$1" 2>&1); then
        case $said in
            *"already in effect"*) ;;
            *) echo "$said" >&2 && exit 1 ;;
        esac
    fi
}

mc mb --ignore-existing store/models store/archive store/cold
mc version enable store/models # a release that is overwritten or deleted can be had back; what is erased can not
make_user models
make_user warehouse
