#!/bin/sh
# Makes the secrets of docker-compose.yml in deploy/secrets/. What is there already is kept: a second run changes nothing.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# The directory keeps other users of this host out; the files must be readable to the users inside the containers.
chmod 700 secrets
cd secrets
printf '*\n' >.gitignore

random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
random_base64() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
secret() {
  [ -s "$1" ] || printf '%s\n' "$2" >"$1"
  chmod 444 "$1"
}

secret postgres-password "$(random)"
secret valkey-password "$(random)"
secret token-pepper "$(random_base64)"
secret signing-keys "k1:$(random_base64)"
# Seals the session at Proton. Keep a copy apart from the backups of the database: without it a new login is needed.
secret vault-keys "k1:$(random_base64)"
secret database-url "postgres://ballast:$(cat postgres-password)@postgres:5432/ballast"
secret redis-url "redis://:$(cat valkey-password)@valkey:6379/0"
secret valkey-conf "requirepass $(cat valkey-password)
maxmemory-policy noeviction
appendonly yes
appendfsync everysec"
echo "secrets are in $(pwd)"
