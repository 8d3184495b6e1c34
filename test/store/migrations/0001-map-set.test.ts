import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../src-main/store/db.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

test('a map of another size than its grid is refused', async (t) => {
  const project = await testProject(t);
  predict(project, testRun(project), 1);
  write(project.db, 'UPDATE maps.map_set SET sink = zeroblob(12)').run();
  assert.throws(() => write(project.db, 'UPDATE maps.map_set SET sink = zeroblob(11)').run());
});
