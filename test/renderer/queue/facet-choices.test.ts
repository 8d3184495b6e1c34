import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facetChoices, named } from '../../../src-renderer/queue/facet-choices.ts';

const words = (value: string) => value || 'none';

test('counted values come in their order, the one for none under its own words', () => {
  const counted = named([
    { name: 'fr', samples: 3 },
    { name: '', samples: 1 },
  ]);
  assert.deepEqual(facetChoices(counted, ['fr'], words), [
    { value: 'fr', words: 'fr', samples: 3 },
    { value: '', words: 'none', samples: 1 },
  ]);
});

test('what is chosen can be taken away, counted or not', () => {
  assert.deepEqual(facetChoices(named(undefined), ['old'], words), [
    { value: 'old', words: 'old', samples: null },
  ]);
});
