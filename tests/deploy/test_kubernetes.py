"""deploy/kubernetes holds together and agrees with the code: names, settings, secrets, commands, rights."""

import re
import zipfile
from typing import Any

import pytest
import yaml
from stack_text import DEPLOY, SECRET_SETTINGS, SETTINGS, is_program, manifests, module_of, ours, pods, properties

from contracts.settings import PROJECT
from local_stack.jars import pyspark_folder

FOLDER = DEPLOY / "kubernetes"
CLIENT = properties(DEPLOY / "spark" / "kubernetes-client.conf")
CLUSTER = properties(PROJECT / "spark_jobs" / "conf" / "kubernetes.conf")
OF_LIBRARIES = {"AWS_SHARED_CREDENTIALS_FILE", "SSL_CERT_FILE", "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"}
each_pod = pytest.mark.parametrize("name", sorted(pods()))


def _of(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for _, one in manifests() if one["kind"] == kind}


def _container(name: str) -> dict[str, Any]:
    (one,) = pods()[name]["spec"]["containers"]
    return one


def test_objects_fit_kubernetes_schemas() -> None:
    """The schemas of Kubernetes, as the package kubernetes-validate ships them, find nothing wrong or unknown."""
    validator = pytest.importorskip(
        "kubernetes_validate", reason="pip install kubernetes-validate: it ships the schemas"
    )
    for _, one in [*manifests(), ("executor.yaml", pods()["executor"])]:
        validator.validate(one, "1.33", strict=True)


def test_every_file_is_applied() -> None:
    """The list of files names each, and what they make is in one namespace."""
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted({file for file, _ in manifests()})
    assert {one["metadata"].get("namespace", "retail") for _, one in manifests()} == {"retail"}
    named = [(one["kind"], one["metadata"]["name"]) for _, one in manifests()]
    assert len(set(named)) == len(named)


@each_pod
def test_pods_may_do_little(name: str) -> None:
    """What the namespace's level `restricted` asks for, and a root file system that cannot be written."""
    spec, container = pods()[name]["spec"], _container(name)
    who = spec["securityContext"]
    assert (who["runAsNonRoot"], who["runAsUser"], who["seccompProfile"]["type"]) == (True, 10001, "RuntimeDefault")
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"emptyDir", "persistentVolumeClaim", "configMap", "secret", "name"} >= set().union(*spec["volumes"])
    level = _of("Namespace")["retail"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert level == "restricted"


@each_pod
def test_pods_have_limits_and_mounts_that_exist(name: str) -> None:
    """Processor and memory are asked for and limited (Spark does it for its executors); each mount has its volume."""
    spec, container = pods()[name]["spec"], _container(name)
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}
    if name != "executor":
        for kind in ("requests", "limits"):
            assert set(container["resources"][kind]) == {"cpu", "memory"}


@each_pod
def test_the_image_is_that_of_compose(name: str) -> None:
    """One image, one version, wherever it is named."""
    images = {one["image"] for one in ours().values()} | {
        conf["spark.kubernetes.container.image"] for conf in (CLIENT, CLUSTER)
    }
    assert images == {_container(name)["image"]}


@pytest.mark.parametrize("name", sorted(set(pods()) - {"executor"}))
def test_commands_are_those_of_compose(name: str) -> None:
    """The same programs with the same arguments, but for the master that the streams are submitted to."""
    command, compose = _container(name)["args"], ours()[name]["command"]
    if name == "streams":
        command = [word for word in command if not word.startswith("k8s://") and not word.endswith(".conf")]
        compose = [word for word in compose if not word.startswith("spark://") and not word.endswith(".conf")]
    else:
        assert is_program(module_of(command))
    assert command == compose


@pytest.mark.parametrize("name", sorted(set(pods()) - {"executor"}))
def test_variables_are_settings_and_secrets_are_files(name: str) -> None:
    """Variables are in .env.example or named here; secrets are mounted where they are read, named as settings."""
    container = _container(name)
    own = {one["name"]: one["value"] for one in container.get("env", [])}
    values = _of("ConfigMap")["retail-settings"]["data"] | own
    assert set(values) <= SETTINGS | OF_LIBRARIES
    assert not {variable.lower() for variable in values} & SECRET_SETTINGS
    (secret,) = [volume["secret"] for volume in pods()[name]["spec"]["volumes"] if "secret" in volume]
    paths = {item["path"] for item in secret["items"]}
    assert paths <= SECRET_SETTINGS | {"aws_credentials"}
    (place,) = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "secrets"]
    assert values["RETAIL_SECRETS"] == place
    assert values["AWS_SHARED_CREDENTIALS_FILE"] == f"{place}/aws_credentials"


def test_pods_get_the_secrets_that_compose_gives_and_kafkas() -> None:
    """Least privilege is the same in both homes; here Kafka asks for a password too, but not the dashboard."""
    for name in set(pods()) - {"executor"}:
        (secret,) = [volume["secret"] for volume in pods()[name]["spec"]["volumes"] if "secret" in volume]
        here = {item["key"] for item in secret["items"]}
        there = set(ours()[name]["secrets"])
        assert here - there == (set() if name == "dashboard" else {"kafka_password"})
        assert there <= here


def test_authorities_are_where_settings_say() -> None:
    """The certificate that programs and executors are told of is mounted in each pod."""
    data = _of("ConfigMap")["retail-settings"]["data"]
    said = {data["CLICKHOUSE_CA"], data["KAFKA_CA"], data["SSL_CERT_FILE"]}
    for name in pods():
        mounts = {mount["name"]: mount["mountPath"] for mount in _container(name)["volumeMounts"]}
        assert said == {f"{mounts['authority']}/ca.crt"}
    assert data["CLICKHOUSE_SECURE"] == "true" and data["KAFKA_SECURITY"] == "SASL_SSL"


def test_spark_finds_what_it_is_told_of() -> None:
    """Account, claim, namespace, driver's name and ports, template and files of both ways to submit exist."""
    for conf in (CLIENT, CLUSTER):
        assert conf["spark.kubernetes.namespace"] in _of("Namespace")
        claims = {value for name, value in conf.items() if name.endswith("claimName")}
        assert claims == set(_of("PersistentVolumeClaim"))
        assert conf["spark.dynamicAllocation.enabled"] == "false"
    assert CLUSTER["spark.kubernetes.authenticate.driver.serviceAccountName"] in _of("ServiceAccount")
    streams, service = _of("StatefulSet")["streams"], _of("Service")["streams"]
    assert CLIENT["spark.kubernetes.driver.pod.name"] == "streams-0" and streams["spec"]["replicas"] == 1
    assert CLIENT["spark.driver.host"] == f"streams-0.{streams['spec']['serviceName']}.retail.svc"
    assert service["spec"]["clusterIP"] == "None" and service["spec"]["publishNotReadyAddresses"] is True
    ports = {port["port"] for port in service["spec"]["ports"]}
    assert ports == {int(CLIENT["spark.driver.port"]), int(CLIENT["spark.blockManager.port"]), 9464}
    template = CLIENT["spark.kubernetes.executor.podTemplateFile"].removeprefix("/opt/retail/")
    assert (PROJECT / template).is_file()


def test_only_the_driver_speaks_to_kubernetes() -> None:
    """One account has rights, in its namespace, over what Spark makes; its pod alone gets a token."""
    (binding,) = _of("RoleBinding").values()
    assert [subject["name"] for subject in binding["subjects"]] == ["retail-spark"]
    assert not _of("ClusterRole") and not _of("ClusterRoleBinding")
    (role,) = _of("Role").values()
    resources = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert resources == {"pods", "configmaps", "services", "persistentvolumeclaims"}
    with_token = [name for name, pod in pods().items() if pod["spec"]["automountServiceAccountToken"]]
    assert with_token == ["streams"]
    assert all(not one["automountServiceAccountToken"] for one in _of("ServiceAccount").values())


def test_nobody_knocks_but_who_is_named() -> None:
    """One rule shuts every pod; each exception opens a pod that is there, at ports that it has."""
    policies = _of("NetworkPolicy")
    assert policies["nobody"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    labels = [pod["metadata"]["labels"] for pod in pods().values()]
    for name, policy in policies.items():
        wanted = policy["spec"]["podSelector"].get("matchLabels", {})
        opened = [pod for pod, has in zip(pods(), labels, strict=True) if wanted.items() <= has.items()]
        assert opened, name
        asked = {port["port"] for rule in policy["spec"].get("ingress", []) for port in rule.get("ports", [])}
        has = {port["containerPort"] for pod in opened for port in _container(pod).get("ports", [])}
        assert asked <= has


def test_probes_ask_ports_that_are_open() -> None:
    """Whoever is asked over HTTP has the port; what stays is asked at all."""
    for name in pods():
        container = _container(name)
        probes = [container[kind] for kind in ("startupProbe", "livenessProbe", "readinessProbe") if kind in container]
        open_ports = {port["containerPort"] for port in container.get("ports", [])}
        assert {probe["httpGet"]["port"] for probe in probes if "httpGet" in probe} <= open_ports
        assert bool(probes) == (name not in (*_of("Job"), "executor"))


def test_the_start_script_reads_what_spark_says() -> None:
    """Each variable of the start script is one that Spark on Kubernetes sets, and the class that it starts exists."""
    text = (DEPLOY / "spark" / "start.sh").read_text()
    (jar,) = (pyspark_folder() / "jars").glob("spark-kubernetes_*.jar")
    with zipfile.ZipFile(jar) as held:
        constants, names = held.read("org/apache/spark/deploy/k8s/Constants$.class"), held.namelist()
    for variable in set(re.findall(r"SPARK_[A-Z_]+", text)) - {"SPARK_HOME"}:
        assert variable.encode() in constants, variable
    (backend,) = re.findall(r"org\.apache\.spark\.[\w.]+Backend", text)
    assert f"{backend.replace('.', '/')}.class" in names
