#!/usr/bin/env bash
# `make image-test`: builds the Dockerfile without Docker and runs its entry as a runner would.
# It needs root, buildah and debootstrap, and a Debian mirror and PyPI to fetch from. The base is a
# Debian of our own making, not the real one: docs/image.md says what that does not prove.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin

PLACE=${IMAGE_TEST_FOLDER:-/var/tmp/guardian-image}
BASE=localhost/guardian-base IMAGE=localhost/change-guardian
ISOLATION=(--isolation chroot)

for tool in buildah debootstrap git; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install buildah debootstrap git)" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "run it as root: debootstrap and chroot need it" >&2; exit 2; }
mkdir -p "$PLACE"
PLACE=$(cd "$PLACE" && pwd)
export BUILDAH_FORMAT=docker STORAGE_DRIVER=vfs
export CONTAINERS_STORAGE_CONF="$PLACE/storage.conf"
printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/images"\n' "$PLACE" "$PLACE" >"$PLACE/storage.conf"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$PLACE/policy.json"
POLICY=(--signature-policy "$PLACE/policy.json")

base() {
  buildah images -q "$BASE" >/dev/null 2>&1 && return
  local root=$PLACE/root
  [ -e "$root/bin/git" ] || [ -e "$root/usr/bin/git" ] || debootstrap --variant=minbase \
    --include=python3-minimal,python3-venv,git,ca-certificates bookworm "$root" >"$PLACE/debootstrap.log"
  rm -rf "$root"/var/cache/apt/archives/*.deb
  # What this machine needs to reach PyPI, if it needs anything: a certificate, folders of wheels.
  if python3 -m pip config list 2>/dev/null | grep -q .; then
    python3 -m pip config list | sed -n 's/^global\.\([a-z-]*\)=.\(.*\).$/\1 = \2/p' |
      sed '1i [global]' >"$root/etc/pip.conf"
  fi
  printf 'FROM scratch\nADD . /\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n' >"$PLACE/Base"
  buildah bud --quiet "${POLICY[@]}" "${ISOLATION[@]}" -f "$PLACE/Base" -t "$BASE" "$root" >/dev/null
}

build() {
  local seen=(-v /etc/ssl/certs:/etc/ssl/certs:ro -v /etc/resolv.conf:/etc/resolv.conf:ro) folder
  for folder in /opt/wheels /opt/pypi /opt/pypi-more; do
    [ -d "$folder" ] && seen+=(-v "$folder:$folder:ro")
  done
  buildah bud "${POLICY[@]}" "${ISOLATION[@]}" --pull-never "${seen[@]}" \
    --build-arg "BASE=$BASE" -t "$IMAGE" . >"$PLACE/build.log" 2>&1 || { tail -40 "$PLACE/build.log" >&2; exit 1; }
}

# A repository of a stranger (user 1001, as on a hosted runner) with a pull request that breaks something.
workspace() {
  rm -rf "$PLACE/github" && mkdir -p "$PLACE/github"/{workspace,home,workflow,file_commands}
  local git=(git -C "$PLACE/github/workspace" -c user.name=Ada -c user.email=ada@example.com -c commit.gpgsign=false)
  "${git[@]}" init -q -b main
  echo 'CREATE TABLE mart.orders AS SELECT id, amount AS net FROM raw.orders WHERE amount > 0' >"$PLACE/github/workspace/orders.sql"
  echo 'CREATE TABLE mart.report AS SELECT id, net FROM mart.orders' >"$PLACE/github/workspace/report.sql"
  "${git[@]}" add -A && "${git[@]}" commit -qm base
  BASE_SHA=$("${git[@]}" rev-parse HEAD)
  "${git[@]}" switch -qc feature
  echo 'CREATE TABLE mart.orders AS SELECT id FROM raw.orders WHERE amount > 0' >"$PLACE/github/workspace/orders.sql"
  "${git[@]}" commit -qam "drop net"
  HEAD_SHA=$("${git[@]}" rev-parse HEAD)
  cat >"$PLACE/github/workflow/event.json" <<JSON
{"action": "opened", "number": 7, "repository": {"full_name": "team/orders", "default_branch": "main", "fork": false},
 "pull_request": {"number": 7, "state": "open", "draft": false,
  "base": {"sha": "$BASE_SHA", "ref": "main", "repo": {"full_name": "team/orders"}},
  "head": {"sha": "$HEAD_SHA", "ref": "feature", "repo": {"full_name": "team/orders"}}}}
JSON
  chown -R 1001:1001 "$PLACE/github"
}

entry() { # the container, with what a runner mounts and sets; arguments are the command
  local name given=(
    -e HOME=/github/home -e GITHUB_ACTIONS=true -e CI=true -e GITHUB_WORKSPACE=/github/workspace
    -e GITHUB_EVENT_NAME=pull_request -e GITHUB_EVENT_PATH=/github/workflow/event.json
    -e GITHUB_REPOSITORY=team/orders -e GITHUB_RUN_ID=1 -e GITHUB_RUN_NUMBER=1 -e GITHUB_RUN_ATTEMPT=1
    -e GITHUB_API_URL=http://127.0.0.1:9 -e GITHUB_SERVER_URL=https://github.com -e GITHUB_SHA="$HEAD_SHA"
    -e GITHUB_OUTPUT=/github/file_commands/output -e GITHUB_STEP_SUMMARY=/github/file_commands/summary
  )
  for name in TOKEN BASE HEAD CONFIG FAIL_ON SNAPSHOT SARIF_FILE LLM; do given+=(-e "INPUT_$name="); done
  given+=(-e INPUT_COMMENT=false -e INPUT_ANNOTATIONS=true -e INPUT_CHECK=false)
  for name in workspace home workflow file_commands; do given+=(-v "$PLACE/github/$name:/github/$name"); done
  buildah run "${ISOLATION[@]}" --workingdir /github/workspace "${given[@]}" "$CONTAINER" -- "$@"
}

expect() { # what, and a command that must hold
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what" >&2 && FAILED=1; fi
}

FAILED=0
started=$SECONDS
base
echo "base: $((SECONDS - started)) s"
started=$SECONDS
build
echo "build: $((SECONDS - started)) s, $(buildah images --format '{{.Size}}' "$IMAGE") with the stand-in base of $(buildah images --format '{{.Size}}' "$BASE")"
workspace

expect "the entry is guardian" test "$(buildah inspect --format '{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}}' "$IMAGE")" = "[guardian] [--help]"
expect "it is labelled" test "$(buildah inspect --format '{{index .OCIv1.Config.Labels "org.opencontainers.image.licenses"}}' "$IMAGE")" = Apache-2.0
CONTAINER=$(buildah from "${POLICY[@]}" --pull-never "$IMAGE")
trap 'buildah rm "$CONTAINER" >/dev/null' EXIT
status=0
entry guardian action >"$PLACE/said" 2>&1 || status=$?
output=$PLACE/github/file_commands/output summary=$PLACE/github/file_commands/summary
expect "a removed column that is read fails the step (exit status 1, here $status)" test "$status" = 1
expect "another user's workspace is read" test -z "$(grep -i "dubious" "$PLACE/said")"
expect "the severity is an output" grep -qE '^severity' "$output"
expect "the report is an output" grep -q 'column-removed' "$output"
expect "the summary names the column" grep -q 'mart.orders' "$summary"
expect "the line is annotated" grep -qE '^::(error|warning) .*file=orders.sql' "$PLACE/said"
status=0
entry env GIT_CONFIG_NOSYSTEM=1 git rev-parse HEAD >"$PLACE/dubious" 2>&1 || status=$?
expect "the test is one: without our setting, git refuses (status $status)" grep -q "dubious ownership" "$PLACE/dubious"
status=0
entry guardian report --base nowhere >"$PLACE/usage" 2>&1 || status=$?
expect "wrong usage is exit status 2, here $status" test "$status" = 2
expect "another user than root can run it" entry setpriv --reuid=1001 --regid=1001 --clear-groups guardian scan --no-cache --format json -o /github/home/scan.json
expect "compiled parsing is there" entry /opt/guardian/bin/python3 -c 'import sqlglot.parser as p; assert p.__file__.endswith(".so")'
entry /opt/guardian/bin/python3 - <<'PY'
import subprocess, time
def best(*command):
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return min(times)
for command in (["python3", "-c", "pass"], ["guardian", "--version"], ["guardian", "report", "--base", "main"]):
    print(f"{best(*command):.2f} s  {' '.join(command)}")
PY
[ "$FAILED" = 0 ] || { cat "$PLACE/said" >&2; exit 1; }
