import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changeWords,
  mixtureWords,
  presetRules,
  runWords,
  stoppedRun,
  timeWords,
} from '../../../src-renderer/labelling/labelling.ts';
import type { LabelPreview, RunStanding } from '../../../src-shared/contract/procedures.ts';
import { testPreset } from '../../support/project.ts';

const preview: LabelPreview = {
  preset: testPreset,
  model: { name: 'm', dir: '/m', rpnDir: null, adapterDir: null, precision: 'as-stored' },
  chosen: null,
  answerMode: 'self',
  samples: 10,
  decided: 1,
  ready: 0,
  withoutAnswer: 0,
  toLabel: 900,
  replaces: 9,
  showing: [],
  pace: { secondsPerSample: 2, samples: 200, device: 'cpu' },
};

function standing(id: number, over: Partial<RunStanding> = {}): RunStanding {
  return {
    run: {
      id,
      modelName: 'm',
      modelDir: '/m',
      preset: { ...testPreset, name: `Preset ${id}` },
      answerMode: id === 2 ? 'teacher' : 'self',
      device: 'cpu',
      createdAt: '2026-01-01',
    },
    active: false,
    rpn: null,
    labelled: 0,
    failed: 0,
    gated: null,
    shown: 0,
    decided: 0,
    canTakeBack: 0,
    takenBack: 0,
    unfinished: null,
    working: false,
    ...over,
  };
}

test('11-A9: time is an estimate from what was measured, unknown without it, and none where nothing is asked', () => {
  assert.equal(
    timeWords(preview),
    'About 30 min, estimated from 2.0 s a sample over 200 samples before on cpu',
  );
  assert.match(timeWords({ ...preview, pace: null }), /^Not known yet/);
  assert.match(timeWords({ ...preview, toLabel: 0 }), /^None: /);
  const quick = { secondsPerSample: 0.004, samples: 1, device: null };
  assert.equal(
    timeWords({ ...preview, toLabel: 10, pace: quick }),
    'About 1 s, estimated from 4 ms a sample over 1 sample before',
  );
});

test('11-A9: a run that stopped says what shows which label; one whose labels nobody sees says nothing', () => {
  const stopped = standing(2, { shown: 40, unfinished: { jobId: 3, left: 60 } });
  const runs = [stopped, standing(1, { shown: 1 }), standing(3)];
  assert.equal(stoppedRun(runs), stopped);
  assert.equal(
    mixtureWords(stopped, runs),
    'Labelling with run 2 stopped with 60 samples left. 40 samples show run 2 (Preset 2, given answers), 1 shows run 1 (Preset 1).',
  );
  assert.equal(stoppedRun([standing(2, { unfinished: { jobId: 3, left: 60 } })]), null);
  assert.equal(runWords(undefined, 9), 'run 9');
});

test('taking back is told in full', () => {
  const nothing = { changed: 0, unlabelled: 0, decided: 0, unknown: 0 };
  assert.equal(changeWords(nothing), 'Nothing had to change.');
  assert.equal(
    changeWords({ changed: 2, unlabelled: 1, decided: 3, unknown: 4 }),
    '2 samples show the earlier label again; 1 sample is without a label again, as before; 3 samples decided since stay as decided; 4 samples stay: what was shown before is not known.',
  );
  assert.match(changeWords({ ...nothing, changed: 1 }), /^1 sample shows the earlier label again\.$/);
});

test('a preset is told by its heads, sinks and thresholds', () => {
  const { heads, sinks, thresholds } = presetRules(testPreset);
  assert.equal(heads, 'layer 1: 0');
  assert.equal(sinks, 'none');
  assert.match(thresholds, /Foreground 20% · Background 10%/);
});
