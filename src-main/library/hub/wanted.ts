/**
 * Which files of a repository Fovea reads: configs, tokenizer and safetensors, those of a vision tower in its own folder
 * too. Anything else stays where it is, pickles above all.
 */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { checkOwnedFile, type OwnedFile } from '../owned.ts';
import type { Listing } from './listing.ts';

const DETAILS =
  /^((config|generation_config|(video_)?(pre)?processor_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|chat_template|vocab|model\.safetensors\.index)\.json|merges\.txt|tokenizer\.model|chat_template\.jinja|additional_chat_templates\/[\w.-]+\.jinja)$/;

/** Above what any such file has; the tokenizers of large vocabularies take some 20 MB. */
const MAX_DETAIL_BYTES = 100_000_000;

const INDEX = 'model.safetensors.index.json';

/** The small files, of the repository's root or of one of its folders. @throws FoveaError `bad_checkpoint`, `network` */
export function detailFiles(listing: Listing, folder = ''): OwnedFile[] {
  const names = namesIn(listing, folder);
  if (folder === '' && !names.has('config.json')) {
    throw lacking(listing, 'no config.json', 'Give the repository of a Hugging Face checkpoint');
  }
  if (folder === '' && !names.has(INDEX) && !names.has('model.safetensors')) {
    const pickled = [...names.keys()].some((name) => /^pytorch_model.*\.bin$/.test(name));
    throw pickled
      ? lacking(
          listing,
          'only PyTorch pickles, which Fovea never opens because a pickle can run code',
          'Look for a revision or another repository with safetensors files (often llava-hf/… or refs/pr/N)',
        )
      : lacking(listing, 'no safetensors weights', 'Give the repository of a Hugging Face checkpoint');
  }
  const files = [...names].filter(([name]) => DETAILS.test(name)).map(([, file]) => owned(listing, file));
  const large = files.find(({ size }) => size > MAX_DETAIL_BYTES);
  if (large) throw lacking(listing, `a ${large.path} of ${large.size} bytes`, 'Give another revision');
  return files;
}

/**
 * The weights, by the index where there is one.
 * @param index the parsed index of the folder, or null
 * @throws FoveaError `bad_checkpoint` when the index names files that the repository lacks
 */
export function weightFiles(listing: Listing, index: unknown, folder = ''): OwnedFile[] {
  const names = namesIn(listing, folder);
  const wanted = index === null ? ['model.safetensors'] : shardsOf(listing, index);
  return wanted.map((name) => {
    const file = names.get(name);
    if (file) return owned(listing, file);
    throw lacking(listing, `no ${name}, which its index names`, 'Tell its authors, or give another revision');
  });
}

/** The folder of a vision tower that config.json names and the repository holds, or null. */
export function towerFolderOf(listing: Listing, config: unknown): string | null {
  const named = z.object({ mm_vision_tower: z.string() }).safeParse(config);
  const folder = named.success ? (named.data.mm_vision_tower.split('/').pop() ?? '') : '';
  return folder !== '' && namesIn(listing, folder).has('config.json') ? folder : null;
}

function shardsOf(listing: Listing, index: unknown): string[] {
  const parsed = z.object({ weight_map: z.record(z.string(), z.string()) }).safeParse(index);
  if (!parsed.success) throw lacking(listing, `an ${INDEX} that is none`, 'Give another revision');
  const shards = [...new Set(Object.values(parsed.data.weight_map))];
  const strange = shards.find((name) => !/^[\w][\w.-]*\.safetensors$/.test(name));
  if (strange !== undefined) {
    throw lacking(listing, `an index that names ${JSON.stringify(strange)}`, 'Give another revision');
  }
  return shards;
}

function namesIn(listing: Listing, folder: string): Map<string, Listing['files'][number]> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = listing.files.filter(({ path }) => path.startsWith(prefix));
  return new Map(inside.map((file) => [file.path.slice(prefix.length), file]));
}

function owned(listing: Listing, { path, size, hash }: Listing['files'][number]): OwnedFile {
  if (hash !== null && size >= 0) return checkOwnedFile({ path, size, hash });
  throw new FoveaError('network', `the server lists ${path} without size or checksum`, {
    where: listing.repo,
    next: 'Check HF_ENDPOINT: a mirror has to give both',
  });
}

function lacking({ repo, revision }: Listing, what: string, next: string): FoveaError {
  return new FoveaError('bad_checkpoint', `${repo} has ${what}`, { where: `revision ${revision}`, next });
}
