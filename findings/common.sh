# Read by the scripts beside it: a temporary folder, packages in it, and how a finding is printed.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# venv NAME PACKAGE…: an environment with these packages in $work/NAME; what FINDINGS_PYTHON has is there too.
venv() {
  name=$1
  shift
  outer=${FINDINGS_PYTHON:-python3}
  "$outer" -m venv "$work/$name" || exit 2
  if [ -n "${FINDINGS_PYTHON:-}" ]; then
    inner=$("$work/$name/bin/python" -c 'import site; print(site.getsitepackages()[0])')
    "$outer" -c 'import site; print(site.getsitepackages()[0])' >"$inner/outer.pth"
  fi
  "$work/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >"$work/pip.log" 2>&1 ||
    { tail -5 "$work/pip.log"; exit 2; }
}

# npm_packages PACKAGE…: these packages, for scripts in $work.
npm_packages() {
  echo '{"private":true,"type":"module"}' >"$work/package.json"
  (cd "$work" && npm install --silent --no-audit --no-fund "$@" >"$work/npm.log" 2>&1) ||
    { tail -5 "$work/npm.log"; exit 2; }
}

# finding PACKAGE WHAT EXPECTED SEEN: prints it.
finding() {
  printf 'package   %s\nwhat      %s\nexpected  %s\nseen      %s\n' "$1" "$2" "$3" "$4"
}

# still SEEN SURPRISE: ends the script; 0 while SEEN is what the surprise was.
still() {
  [ "$1" = "$2" ] || { printf 'changed   it was: %s\n' "$2"; exit 1; }
}
