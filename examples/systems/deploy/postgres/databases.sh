#!/usr/bin/env bash
# A database for each service, which owns that one and cannot enter another's; and a user that may look at figures. PostgreSQL's
# image runs it once, on an empty data folder.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" \
  --set therapy="$THERAPY_PASSWORD" --set search="$SEARCH_PASSWORD" --set transcription="$TRANSCRIPTION_PASSWORD" \
  --set roles="$ROLES_PASSWORD" --set monitor="$MONITOR_PASSWORD" <<'SQL'
CREATE ROLE therapy LOGIN PASSWORD :'therapy';
CREATE ROLE search LOGIN PASSWORD :'search';
CREATE ROLE transcription LOGIN PASSWORD :'transcription';
CREATE ROLE roles LOGIN PASSWORD :'roles';
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;
CREATE DATABASE therapy OWNER therapy;
CREATE DATABASE search OWNER search;
CREATE DATABASE transcription OWNER transcription;
CREATE DATABASE roles OWNER roles;
REVOKE ALL ON DATABASE therapy, search, transcription, roles FROM PUBLIC;
SQL
