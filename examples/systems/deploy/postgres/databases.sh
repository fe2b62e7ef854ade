#!/usr/bin/env bash
# A database for each service, which owns that one and cannot enter the other; and a user that may look at figures. PostgreSQL's
# image runs it once, on an empty data folder.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" \
  --set search="$SEARCH_PASSWORD" --set roles="$ROLES_PASSWORD" --set monitor="$MONITOR_PASSWORD" <<'SQL'
CREATE ROLE search LOGIN PASSWORD :'search';
CREATE ROLE roles LOGIN PASSWORD :'roles';
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;
CREATE DATABASE search OWNER search;
CREATE DATABASE roles OWNER roles;
REVOKE ALL ON DATABASE search, roles FROM PUBLIC;
SQL
