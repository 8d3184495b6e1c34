import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathKind } from '../../src-main/rpc/path-kind.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

test('what was dropped is told by names, without opening anything', async (t) => {
  const dir = temporaryDir(t);
  const put = (...files: string[]): string => {
    const folder = join(dir, files.join('-').replaceAll('.', '_') || 'empty');
    mkdirSync(folder);
    for (const file of files) writeFileSync(join(folder, file), '');
    return folder;
  };
  const kinds = new Map([
    [put('project.db'), 'project'],
    [put('config.json', 'model.safetensors'), 'checkpoint'],
    [put('config.json', 'model.safetensors.index.json'), 'checkpoint'],
    [put('config.json', 'a.png'), 'folder'],
    [put(), 'folder'],
    [join(put('q.JSONL'), 'q.JSONL'), 'questions'],
    [join(put('p.JPeG'), 'p.JPeG'), 'picture'],
    [join(put('w.safetensors'), 'w.safetensors'), 'weights'],
    [join(put('weights.bin'), 'weights.bin'), 'other'],
  ]);
  for (const [path, kind] of kinds) assert.equal(await pathKind(path), kind, path);
  await assert.rejects(pathKind(join(dir, 'gone')), { code: 'not_found' });
});
