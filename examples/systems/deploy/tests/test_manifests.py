"""That the files of the deployment speak of the same things: names, ports and what pods may do."""

import re
import sys
from typing import Any

import pytest
import yaml
from conftest import SYSTEMS

sys.path.insert(0, str(SYSTEMS))

import run as front_door  # noqa: E402

DEPLOY = SYSTEMS / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = [
    one
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text())
    if one["kind"] != "Kustomization"
]
DEPLOYMENTS = {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == "Deployment"}
# A secret of the README: for which system, and the rest of its command.
CREATED = re.compile(r"create secret generic (\S+)((?: .*\\\n)* .*)$", re.MULTILINE)
HERE = [name for name in front_door.SYSTEMS if front_door.is_there(name)]


def scraped() -> dict[str, str]:
    configuration = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    return {job["job_name"]: job["static_configs"][0]["targets"][0] for job in configuration["scrape_configs"]}


def proxied() -> dict[str, str]:
    text = (DEPLOY / "nginx" / "upstreams.conf").read_text()
    return {name.replace("_", "-"): place for name, place in re.findall(r"upstream (\w+) \{\s+server (\S+);", text)}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_system_is_in_each_file_under_its_port(name: str) -> None:
    port = front_door.SYSTEMS[name][0]
    assert name in COMPOSE["services"] and name in HERE
    assert scraped()[name] == proxied()[name] == f"{name}:{port}"
    (container,) = DEPLOYMENTS[name]["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": port}]
    service = next(one for one in MANIFESTS if one["kind"] == "Service" and one["metadata"]["name"] == name)
    assert service["spec"]["ports"][0]["port"] == port
    served = (SYSTEMS / name / "Containerfile").read_text()
    assert f"EXPOSE {port}\n" in served


def test_every_system_is_deployed() -> None:
    assert set(DEPLOYMENTS) == set(front_door.SYSTEMS) == set(HERE)


def test_what_is_scraped_and_proxied_is_deployed() -> None:
    assert {place.split(":")[0] for place in [*scraped().values(), *proxied().values()]} <= set(COMPOSE["services"])
    assert set(proxied()) == set(DEPLOYMENTS)


def test_services_have_no_way_out_of_the_machine() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in COMPOSE["services"].items() if "outside" in service.get("networks", [])}
    assert outside == {"proxy", "grafana"}
    assert {name for name, service in COMPOSE["services"].items() if "ports" in service} == outside


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_pods_are_of_the_restricted_profile_and_are_probed(name: str) -> None:
    pod: dict[str, Any] = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    # https://kubernetes.io/docs/concepts/security/pod-security-standards/, "Restricted".
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert all(set(volume) - {"name"} <= {"emptyDir", "secret", "persistentVolumeClaim"} for volume in pod["volumes"])
    (container,) = pod["containers"]
    given = container["securityContext"]
    assert given == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert {"startupProbe", "livenessProbe", "readinessProbe", "resources"} <= set(container)
    assert container["resources"]["requests"]["cpu"] and container["resources"]["limits"]["memory"]


def test_nothing_goes_out_but_to_databases_and_names() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in MANIFESTS if one["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ways = [rule for spec in policies.values() for rule in spec.get("egress", [])]
    assert all(rule.get("to") and rule.get("ports") for rule in ways)
    reached = {to["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for rule in ways for to in rule["to"]}
    assert reached == {"databases", "kube-system"}


def test_what_is_scaled_holds_nothing_of_its_own() -> None:
    scaled = [one["spec"] for one in MANIFESTS if one["kind"] == "HorizontalPodAutoscaler"]
    assert [spec["metrics"][0]["resource"]["target"]["averageUtilization"] for spec in scaled] == [70]
    grow = {spec["scaleTargetRef"]["name"] for spec in scaled}
    for name, deployment in DEPLOYMENTS.items():
        holds = any("persistentVolumeClaim" in volume for volume in deployment["spec"]["template"]["spec"]["volumes"])
        assert not (holds and name in grow)
        # What is not scaled is one pod, of which there are not two for a moment.
        assert deployment["spec"]["strategy"]["type"] == ("RollingUpdate" if name in grow else "Recreate")
        assert deployment["spec"].get("replicas") == (None if name in grow else 1)


def test_each_has_a_host_of_its_own_behind_tls() -> None:
    nginx = (DEPLOY / "nginx" / "nginx.conf").read_text()
    ingresses = {one["metadata"]["name"]: one["spec"] for one in MANIFESTS if one["kind"] == "Ingress"}
    (names,) = re.findall(r"listen 8080;\s+server_name ([^;]+);", nginx)
    assert set(ingresses) == set(DEPLOYMENTS)
    hosts = set()
    for name, spec in ingresses.items():
        (host,) = (rule["host"] for rule in spec["rules"])
        hosts.add(host)
        assert spec["tls"][0]["hosts"] == [host]
        assert re.search(rf"server_name {host};\s+include service.conf;[^}}]*(?:\}}|proxy_pass http://{name.replace('-', '_')};)", nginx), host
    assert set(names.split()) == hosts


@pytest.mark.parametrize("name", front_door.SYSTEMS)
def test_what_an_image_is_made_of_is_there(name: str) -> None:
    root = SYSTEMS.parents[1]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (SYSTEMS / name / "Containerfile").read_text(), re.MULTILINE)
    assert copied
    for one in (path for line in copied for path in line.split()):
        # The wheel is built before, to where `make wheel` puts it, and that goes to the builder.
        assert one == "target/dist/*.whl" or (root / one).exists(), one
    assert "packaging.py wheel $(TARGET)/dist\n" in (root / "Makefile").read_text()
    assert "\n!target/dist\n" in (root / ".dockerignore").read_text()


@pytest.mark.parametrize("name", front_door.SYSTEMS)
def test_an_image_runs_what_is_in_it_as_nobody(name: str) -> None:
    text = (SYSTEMS / name / "Containerfile").read_text()
    last = text[text.rindex("\nFROM") :]
    assert re.search(r"^USER 10001$", last, re.MULTILINE) and re.search(r"^STOPSIGNAL SIGTERM$", last, re.MULTILINE)
    (entry,) = re.findall(r"^ENTRYPOINT \[(.+)\]$", last, re.MULTILINE)
    if '"-m"' in entry:
        module = entry.split('"')[-2]
        assert re.search(rf"^COPY examples/systems/{name}/{module} {module}$", last, re.MULTILINE)
        assert (SYSTEMS / name / module / "__main__.py").exists()
    else:
        assert f"/usr/local/bin/{name}" in entry and f" /usr/local/bin/{name}\n" in last


def test_the_readme_makes_every_secret_that_pods_ask_for() -> None:
    readme = (SYSTEMS / "README.md").read_text()
    made = {name: set(re.findall(r"--(?:from-file|from-literal|cert|key)=?([\w.-]+)=", line)) for name, line in CREATED.findall(readme)}
    for name, deployment in DEPLOYMENTS.items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        asked = {one["valueFrom"]["secretKeyRef"]["key"] for one in container.get("env", []) if "secretKeyRef" in one.get("valueFrom", {})}
        for volume in deployment["spec"]["template"]["spec"]["volumes"]:
            asked |= {item["key"] for item in volume.get("secret", {}).get("items", [])}
        # What is mounted whole is named by the settings.
        asked |= set(re.findall(r"/secrets/([\w-]+)", str(container.get("env", [])))) if asked == set() else set()
        assert asked and asked == made[name], name
    # Files that the commands read are those that secrets.sh draws, but for the tokens, which the line before makes.
    drawn = set(re.findall(r"^new secrets/(\S+)$", (DEPLOY / "secrets.sh").read_text(), re.MULTILINE))
    assert drawn == set(re.findall(r"--from-file=[\w-]+=\$made/([\w-]+)", readme)) - {"tokens"}


def test_nothing_secret_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    for name, value in re.findall(r"(\w*PASS\w*): (.+)", text):
        assert re.fullmatch(r"\$\{\w+:\?run secrets.sh first\}", value), name
    assert not re.search(r"\$\{\w+:-", text)
