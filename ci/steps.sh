# What ci/linux.sh and ci/macos.sh share. Sourced; bash, `set -euo pipefail`.

say() { printf '== %s\n' "$*"; }

is_set() { [ -n "${!1:-}" ]; }

# Whether all of some variables are set; some without the others is a mistake.
all_set() {
  local name set=0
  for name in "$@"; do if is_set "$name"; then set=$((set + 1)); fi; done
  [ "$set" -eq 0 ] && return 1
  [ "$set" -eq $# ] && return 0
  say "Of $* only some are set: all of them, or none."
  exit 2
}

run_check() { say 'Format, lint, types, layering' && npm run check; }

run_test() { say 'Tests' && npm test; }

run_twice() { say 'Two builds, byte for byte' && npm run release:twice; }

say_updates() {
  if all_set FOVEA_UPDATE_FEED FOVEA_UPDATE_KEYS; then
    say "Updates from $FOVEA_UPDATE_FEED"
  else
    say 'No FOVEA_UPDATE_FEED: these packages have no updates and ask nobody.'
  fi
}

# `--release` where FOVEA_CI_RELEASE=1: then nothing is made but with the product's own Electron.
release_flag() { if [ "${FOVEA_CI_RELEASE:-}" = 1 ]; then echo --release; fi; }

list_packages() {
  say 'Made'
  (cd dist/packages && find . -maxdepth 1 -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 "$@" | tee SHA256SUMS)
}

# Runs the steps that are named, or all of them.
run_steps() {
  local step steps=("$@")
  [ "${#steps[@]}" -gt 0 ] || steps=(check test twice package)
  for step in "${steps[@]}"; do
    case "$step" in
      check | test | twice | package) "run_$step" ;;
      *) say "There is no step $step: check, test, twice, package" && exit 2 ;;
    esac
  done
}
