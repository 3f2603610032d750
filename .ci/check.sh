#!/usr/bin/env bash
# Runs every check and test of the project, each to its end, and fails if any of them failed.
#
# Needs what `.ci/setup.sh test` makes ready. Arguments go to pytest. Keeps nothing.
set -uo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi
results=() failed=0

check() { # TITLE HOW_LONG COMMAND...
    local title=$1 began=$SECONDS verdict=ok
    printf '\n%s==> %s%s (%s)\n' "$bold" "$title" "$plain" "$2"
    shift 2
    "$@" </dev/null || { verdict=FAILED; failed=1; }
    results+=("$(printf '%-8s %-22s %4d s' "$verdict" "$title" $((SECONDS - began)))")
}

check "Lint (ruff)" "a second" $python -m ruff check --output-format concise .
check "Format (ruff)" "a second" $python -m ruff format --check --output-format concise .
check "Types (mypy --strict)" "half a minute, less the second time" $python -m mypy
check "Imports (import-linter)" "a second" .venv/bin/lint-imports --no-logo
# Should a test process never end, it is ended here, where its output still reaches the reader.
check "Tests (pytest)" "about ten minutes" timeout --kill-after=30 25m \
    $python -m pytest -n auto --maxprocesses 4 --dist loadfile --durations=10 "$@"

printf '\n%sIn all%s\n' "$bold" "$plain"
printf '  %s\n' "${results[@]}"
exit $failed
