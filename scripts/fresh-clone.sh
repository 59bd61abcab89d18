#!/usr/bin/env bash
# What a newcomer sees: HEAD cloned into an empty folder, `npm start` and `npm test` with this machine's own Node. By hand, not in `npm test`.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
clone="$(mktemp -d)"
trap 'rm -rf "$clone"' EXIT

git clone --quiet --no-local "$here" "$clone/breakeven"
cd "$clone/breakeven"
echo "Node $(node --version), npm $(npm --version)"
time npm --silent start </dev/null
time npm --silent start -- --version </dev/null
time npm --silent test </dev/null
