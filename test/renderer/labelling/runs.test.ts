import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  progressWords,
  removalWords,
  runParts,
  runTip,
  shownWords,
} from '../../../src-renderer/labelling/runs.ts';
import { runTitle } from '../../../src-renderer/ui/run-words.ts';
import type { RunStanding } from '../../../src-shared/contract/procedures.ts';
import { testPreset } from '../../support/project.ts';

const standing: RunStanding = {
  run: {
    id: 2,
    modelName: 'm',
    modelDir: '/m',
    preset: testPreset,
    answerMode: 'teacher',
    device: 'cpu',
    createdAt: '2026-01-01',
  },
  active: true,
  rpn: null,
  labelled: 1046,
  failed: 0,
  gated: null,
  shown: 1000,
  decided: 3,
  canTakeBack: 0,
  takenBack: 0,
  unfinished: null,
  working: false,
};

test('a run is one line: what made it, how far it came, when; a name stands before what made it', () => {
  assert.equal(runTitle(standing.run), 'Run 2: m, Test, given answers');
  assert.deepEqual(runParts(standing, 1048, '1 Jan'), ['1,046 of 1,048 labelled', '1 Jan']);
  const named = {
    ...standing,
    run: { ...standing.run, name: 'Tight boxes' },
    rpn: { versionId: 3, name: 'v3' },
    failed: 2,
  };
  assert.equal(runTitle(named.run), 'Run 2: Tight boxes');
  assert.deepEqual(runParts(named, 1048, '1 Jan'), [
    'm, Test, given answers',
    'RPN v3',
    '1,046 of 1,048 labelled, 2 failed',
    '1 Jan',
  ]);
  assert.equal(
    runTip(named, 1048, '1 Jan'),
    'Run 2: Tight boxes\nm, Test, given answers\nRPN v3\n1,046 of 1,048 labelled, 2 failed\n1 Jan\nShown on 1,000 samples, 3 of them decided',
  );
});

test('counts of a run that is under way are not said, they are old; what it left when it stopped is', () => {
  assert.equal(progressWords({ ...standing, working: true }, 5), 'under way');
  assert.equal(
    progressWords({ ...standing, labelled: 1, unfinished: { jobId: 1, left: 4 } }, 5),
    '1 of 5 labelled, stopped with 4 left',
  );
});

test('a removal says what goes, what stays, and what samples show then', () => {
  assert.deepEqual(removalWords({ labels: 1, kept: 0, elsewhere: 1, unlabelled: 0 }), {
    goes: '1 label that nobody decided on, with its maps',
    stays: null,
    then: '1 sample shows another run’s label',
  });
  assert.deepEqual(removalWords({ labels: 2000, kept: 3, elsewhere: 20, unlabelled: 2 }), {
    goes: '2,000 labels that nobody decided on, with their maps',
    stays: '3 labels that a person decided on, and the run for them',
    then: '20 samples show another run’s label, 2 samples have no label',
  });
  assert.deepEqual(removalWords({ labels: 0, kept: 0, elsewhere: 0, unlabelled: 0 }), {
    goes: 'The run; it has no labels',
    stays: null,
    then: null,
  });
});

test('what a gate left out is said of its run', () => {
  assert.equal(shownWords(standing), 'Shown on 1,000 samples, 3 of them decided');
  assert.equal(
    shownWords({ ...standing, decided: 0, gated: 1 }),
    'Shown on 1,000 samples. Its gate left out 1 crop',
  );
});
