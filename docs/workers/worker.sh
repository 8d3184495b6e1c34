#!/usr/bin/env bash
# One worker of a shared queue, as a task of a Slurm array (sbatch docs/workers/worker.sh) or in a pod (kubernetes.yaml).
# Ends with 0 when the queue stayed empty for IDLE_SECONDS; asked to end early, it gives its chunk back first.
#SBATCH --job-name=fovea-worker
#SBATCH --array=0-15
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@120
#
# FOVEA         checkout of Fovea in which `npm ci` ran (once, before the array starts)
# MODEL         the run's checkpoint folder, the same bytes on every box
# QUEUE_FILE    file with the address of the queue, chmod 600; or FOVEA_QUEUE in the environment
# PICTURES      the project's image folder on this box; empty: from the host, as it says
# IDLE_SECONDS  default 60
set -euo pipefail
: "${FOVEA:?Set FOVEA to a checkout of Fovea}" "${MODEL:?Set MODEL to the checkpoint folder of the run}"

args=(worker --model "$MODEL" --exit-when-idle "${IDLE_SECONDS:-60}")
if [[ -n "${QUEUE_FILE:-}" ]]; then args+=(--queue-file "$QUEUE_FILE"); else args+=(--queue); fi
if [[ -n "${PICTURES:-}" ]]; then args+=(--pictures "$PICTURES"); fi

node "$FOVEA/scripts/fovea.mjs" "${args[@]}" &
worker=$!
trap 'kill -TERM "$worker" 2>/dev/null || true' TERM INT
code=0
wait "$worker" || code=$?
# A signal ends the first wait before the worker has ended.
while kill -0 "$worker" 2>/dev/null; do
  code=0
  wait "$worker" || code=$?
done
# 3: some samples failed. The project has them with their reasons; another try would give the same.
if [[ "$code" -eq 3 ]]; then code=0; fi
exit "$code"
