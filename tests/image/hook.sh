#!/usr/bin/env bash
# `make hook-test`: pre-commit installs this checkout's hook and runs it in a repository of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PWD/.venv/bin:$PATH
command -v pre-commit >/dev/null || { echo "missing: pre-commit (pip install pre-commit)" >&2; exit 2; }

PLACE=$(mktemp -d)
trap 'rm -rf "$PLACE"' EXIT
export PRE_COMMIT_HOME=$PLACE/home GUARDIAN_CACHE=$PLACE/cache
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com

# pre-commit clones a repository; what is not committed here shall be tried, too.
mkdir "$PLACE/hook"
git ls-files -z --cached --others --exclude-standard | xargs -0 -I{} sh -c '[ ! -e "$1" ] || echo "$1"' _ {} |
  grep -Ev '^(tests|bench)/' | tar -cf - -T - | tar -xf - -C "$PLACE/hook"
git -C "$PLACE/hook" init -q && git -C "$PLACE/hook" add -A && git -C "$PLACE/hook" commit -qm hook

mkdir "$PLACE/lake" && cd "$PLACE/lake"
git init -q -b main
echo 'CREATE TABLE mart.orders AS SELECT id, amount AS net FROM raw.orders' >orders.sql
echo 'CREATE TABLE mart.report AS SELECT id, net FROM mart.orders' >report.sql
git add -A && git commit -qm base
printf 'repos:\n- {repo: %s, rev: %s, hooks: [{id: guardian}]}\n' "$PLACE/hook" "$(git -C "$PLACE/hook" rev-parse HEAD)" >.pre-commit-config.yaml
git add .pre-commit-config.yaml && git commit -qm hook
pre-commit install >/dev/null

try() { # what, the exit status expected, what is said
  local status=0
  git commit -qm "$1" >"$PLACE/said" 2>&1 || status=$?
  if [ "$status" = "$2" ] && grep -q "$3" "$PLACE/said"; then
    echo "ok: $1"
  else
    echo "FAILED: $1 (status $status)" >&2 && cat "$PLACE/said" >&2 && exit 1
  fi
}

echo 'CREATE TABLE mart.orders AS SELECT id FROM raw.orders' >orders.sql && git add -A
try "what is risky is blocked" 1 'mart.orders no longer has net'
git reset -q --hard
echo 'create table mart.orders as select id, amount as net from raw.orders' >orders.sql && git add -A
try "what alters nothing passes" 0 'Change Guardian.*Passed'
echo hello >notes.txt && git add -A
try "what is not read here is not looked at" 0 'Change Guardian.*Skipped'
