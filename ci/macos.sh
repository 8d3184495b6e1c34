#!/usr/bin/env bash
# Checks, tests and packages for macOS: `ci/macos.sh [check] [test] [twice] [package]`, all four without a name. See ci/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/steps.sh
. ci/steps.sh

run_package() {
  local flag arch
  flag="$(release_flag)"
  if all_set CSC_LINK CSC_KEY_PASSWORD; then
    say 'Signed with the certificate in CSC_LINK'
    if all_set APPLE_API_KEY APPLE_API_KEY_ID APPLE_API_ISSUER; then
      say 'Notarised with the key in APPLE_API_KEY'
    else
      say 'NOT NOTARISED: APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER are not set. macOS will not open it without a detour.'
    fi
  else
    say 'UNSIGNED: CSC_LINK and CSC_KEY_PASSWORD are not set. Squirrel.Mac installs no update over an unsigned app.'
    export CSC_IDENTITY_AUTO_DISCOVERY=false
  fi
  say_updates
  rm -rf dist/packages
  for arch in ${FOVEA_CI_ARCHS:-arm64 x64}; do
    npm run package -- installer --platform darwin --arch "$arch" ${flag:+"$flag"}
  done
  list_packages shasum -a 256
}

run_steps "$@"
