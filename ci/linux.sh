#!/usr/bin/env bash
# Checks, tests and packages for Linux: `ci/linux.sh [check] [test] [twice] [package]`, all four without a name. See ci/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/steps.sh
. ci/steps.sh

run_package() {
  local flag kinds=(deb tar)
  flag="$(release_flag)"
  # Its tools come from electron-builder's release site, as Electron from its own: where one is reached, the other is.
  if [ -n "$flag" ]; then kinds+=(appimage); else say 'No release: no AppImage, and a test build where Electron cannot be had.'; fi
  say_updates
  say 'Linux packages carry no signature of their own; the signed list of the release (npm run release:sign) has their hashes.'
  rm -rf dist/packages
  npm run package -- "${kinds[@]}" ${flag:+"$flag"}
  list_packages sha256sum
}

run_steps "$@"
