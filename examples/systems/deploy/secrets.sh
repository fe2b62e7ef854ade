#!/usr/bin/env bash
# Draws what compose.yaml needs and nobody else may know, where it is not there yet: passwords in .env, keys in secrets/, and a
# certificate that signs itself, for a trial; a real one goes to secrets/tls/tls.crt and tls.key.
set -euo pipefail
# An operator may keep them elsewhere: secrets.sh DIR.
cd "${1:-$(dirname "$0")}"
umask 077
mkdir -p secrets/tls
# The folder is closed to others on this machine; what is in it is mounted into containers that run as other users.
chmod 755 secrets/tls

new() { [ -s "$1" ] || { openssl rand -hex 32 > "$1"; chmod 644 "$1"; echo "made $1"; }; }
new secrets/therapy-compliance-audit-key
new secrets/therapy-compliance-cache-key
new secrets/note-intake-key
new secrets/role-access-vault-key
new secrets/role-access-audit-key

touch .env
for name in POSTGRES THERAPY SEARCH TRANSCRIPTION ROLES MONITOR GRAFANA; do
  grep -q "^${name}_PASSWORD=" .env || { echo "${name}_PASSWORD=$(openssl rand -hex 24)" >> .env; echo "made ${name}_PASSWORD in .env"; }
done

if [ ! -s secrets/tls/tls.key ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=example.org \
    -addext "subjectAltName=$(printf 'DNS:%s.example.org,' therapy intake search transcription)DNS:roles.example.org" \
    -keyout secrets/tls/tls.key -out secrets/tls/tls.crt 2>/dev/null
  chmod 644 secrets/tls/tls.key secrets/tls/tls.crt
  echo "made secrets/tls/tls.crt and tls.key, for a trial of 30 days"
fi
