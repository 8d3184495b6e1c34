/**
 * The layers of Fovea as a table: who may import whom, and which dangerous dependency has which sole importer.
 * To allow a new edge, change this table in the same commit and say why there.
 */
import { FEATURES } from './features.ts';
import { CHECKPOINT, CLI, IMPORTERS, JOBS, KERNELS, PIPELINE, STORE, WORKERS } from './folders.ts';
import { inFolders, type Layer } from './layer.ts';

const SHARED = ['kernels', 'contract', 'rpc-shared'];

/** The page: `ui`, `shell` and `canvas` below the features, `app` above them (see features.ts for their arrows). */
const PAGE_LAYERS: readonly Layer[] = [
  // A feature that the table does not name: it imports no other one.
  { name: 'feature', path: 'src-renderer/', imports: [...SHARED, 'ui', 'shell', 'canvas'] },
  { name: 'style', path: 'src-renderer/style/', imports: [] },
  { name: 'ui', path: 'src-renderer/ui/', imports: SHARED },
  { name: 'shell', path: 'src-renderer/shell/', imports: [...SHARED, 'ui'] },
  // Keeps what it drew and remembers how a person looks, with the shell's helpers.
  { name: 'canvas', path: 'src-renderer/canvas/', imports: [...SHARED, 'ui', 'shell'] },
  ...Object.entries(FEATURES).map(([name, arrows]) => ({
    name,
    path: `src-renderer/${name}/`,
    imports: [...SHARED, 'ui', 'shell', 'canvas', ...Object.keys(arrows)],
  })),
  {
    name: 'page',
    path: 'src-renderer/app/',
    imports: [...SHARED, 'style', 'ui', 'shell', 'canvas', 'feature', ...Object.keys(FEATURES)],
  },
];

export const LAYERS: readonly Layer[] = [
  ...inFolders({ name: 'kernels', path: 'src-shared/kernels/', imports: [] }, KERNELS),
  { name: 'contract', path: 'src-shared/contract/', imports: ['kernels'] },
  { name: 'rpc-shared', path: 'src-shared/rpc/', imports: ['contract'] },

  // Opens what others put on the disk, and writes files that are there whole or not at all.
  { name: 'files', path: 'src-main/files/', imports: ['contract'] },

  // Rows of hidden states as files: the engine makes them, jobs keep them, training reads them.
  { name: 'features', path: 'src-main/features/', imports: ['kernels', 'contract', 'files'] },

  // A process that computes, as its owner holds it.
  { name: 'process', path: 'src-main/process/', imports: [] },

  { name: 'graph', path: 'src-main/graph/', imports: ['kernels', 'contract'] },
  ...inFolders(
    {
      name: 'checkpoint',
      path: 'src-main/checkpoint/',
      imports: ['kernels', 'contract', 'files', 'graph'],
    },
    CHECKPOINT,
  ),
  {
    name: 'architectures',
    path: 'models/architectures/',
    imports: ['kernels', 'contract', 'graph', 'checkpoint'],
  },
  ...inFolders(
    {
      name: 'pipeline',
      path: 'src-main/pipeline/',
      imports: ['kernels', 'contract', 'features', 'checkpoint', 'pipeline-ports', 'engine-protocol'],
    },
    PIPELINE,
  ),
  { name: 'pipeline-ports', path: 'src-main/pipeline/ports.ts', imports: ['kernels'] },
  {
    name: 'runtime',
    path: 'src-main/runtime/',
    // `files`: what a training run has learnt so far is written whole or not at all.
    imports: ['kernels', 'contract', 'files', 'graph', 'checkpoint', 'architectures', 'pipeline-ports'],
  },
  // Part of the protocol, which gives them to everybody.
  { name: 'engine-methods', path: 'src-main/engine/methods.ts', imports: ['kernels', 'contract'] },
  {
    name: 'engine-protocol',
    path: 'src-main/engine/protocol.ts',
    imports: ['kernels', 'contract', 'engine-methods'],
  },
  {
    name: 'engine',
    path: 'src-main/engine/',
    imports: [
      'kernels',
      'contract',
      'checkpoint',
      'architectures',
      'pipeline',
      'pipeline-ports',
      'runtime',
      'features',

      'process',
      'engine-methods',
      'engine-protocol',
    ],
  },

  {
    name: 'training-protocol',
    path: 'src-main/training/protocol.ts',
    imports: ['kernels', 'contract', 'engine-protocol'],
  },
  {
    name: 'training',
    path: 'src-main/training/',
    imports: [
      'kernels',
      'contract',
      'files',
      'features',
      'checkpoint',
      'architectures',
      // What a branch says of a sample is read as a prediction is.
      'pipeline',
      'pipeline-ports',
      'runtime',
      'process',
      'engine-protocol',
      'training-protocol',
    ],
  },

  // How a body is read and when trying again makes sense, whoever fetches.
  { name: 'transfer', path: 'src-main/transfer/', imports: [] },

  // Knows files and the Hub, not projects: commands and the page hand it the engine when a model is to be loaded.
  {
    name: 'library',
    path: 'src-main/library/',
    imports: ['kernels', 'contract', 'files', 'transfer', 'checkpoint', 'engine-protocol'],
  },

  // Knows a feed and files of its own, and nothing of the program that it replaces.
  { name: 'updates', path: 'src-main/updates/', imports: ['contract', 'files', 'transfer'] },

  { name: 'migrations', path: 'db/', imports: [] },
  ...inFolders(
    {
      name: 'store',
      path: 'src-main/store/',
      imports: ['kernels', 'contract', 'files', 'migrations'],
    },
    STORE,
  ),
  ...inFolders(
    {
      name: 'importers',
      path: 'src-main/importers/',
      imports: ['kernels', 'contract', 'files'],
    },
    IMPORTERS,
  ),
  { name: 'exporters', path: 'src-main/exporters/', imports: ['kernels', 'contract', 'files'] },
  ...inFolders(
    {
      name: 'jobs',
      path: 'src-main/jobs/',
      imports: [
        'kernels',
        'contract',
        'files',
        'features',
        'store',
        'importers',
        'exporters',
        'engine-protocol',
        'training-protocol',
        'checkpoint',
      ],
    },
    JOBS,
  ),
  {
    // What is tried on one sample while a person waits: no queue, no lease, and nothing stored until it is kept.
    name: 'inspect',
    path: 'src-main/inspect/',
    imports: ['kernels', 'contract', 'store', 'jobs', 'engine-protocol'],
  },
  ...inFolders(
    {
      // A label job on many machines.
      name: 'workers',
      path: 'src-main/workers/',
      imports: ['kernels', 'contract', 'files', 'store', 'jobs', 'engine-protocol', 'checkpoint'],
    },
    WORKERS,
  ),
  {
    name: 'rpc',
    path: 'src-main/rpc/',
    imports: [
      'kernels',
      'contract',
      'rpc-shared',
      'files',
      'store',
      'jobs',
      'inspect',
      'importers',
      'exporters',
      'engine-protocol',
      'checkpoint',
      'library',
    ],
  },
  {
    name: 'app',
    path: 'src-main/app/',
    imports: [
      'contract',
      'rpc-shared',
      'files',
      'checkpoint',
      'engine',
      'engine-protocol',
      'training',
      'training-protocol',
      'library',
      'store',
      'jobs',
      'rpc',
      'updates',
      'workers',
    ],
  },
  ...inFolders(
    {
      name: 'cli',
      path: 'src-main/app/cli/',
      imports: [
        'kernels',
        'contract',
        'checkpoint',
        'engine',
        'engine-protocol',
        'library',
        'store',
        'importers',
        'exporters',
        'jobs',
        'features',
        'workers',
        // `fovea causal` gives the numbers that the page's check gives.
        'inspect',
        'app',
      ],
    },
    CLI,
  ),
  // Opens the window or the browser with what the command line says; commands never start the program.
  { name: 'start', path: 'src-main/app/start/main.ts', imports: ['contract', 'app', 'cli'] },

  ...PAGE_LAYERS,
];

/** A dependency that can crash, block or escape has one door: only files under `path` may import it. */
export interface SoleImporter {
  readonly dependency: string;
  readonly path: string;
}

export const SOLE_IMPORTERS: readonly SoleImporter[] = [
  { dependency: 'onnxruntime-node', path: 'src-main/runtime/onnxruntime.ts' },
  { dependency: 'better-sqlite3', path: 'src-main/store/' },
  { dependency: 'electron', path: 'src-main/app/electron/' },
  { dependency: 'electron-updater', path: 'src-main/updates/' },
  { dependency: 'pg-boss', path: 'src-main/workers/queue/' },
  { dependency: 'konva', path: 'src-renderer/canvas/' },
];

/** Built-ins and packages that the pure layers must not touch: they run in a page as well as in Node. */
export const PURE_LAYERS: readonly string[] = [...SHARED, ...PAGE_LAYERS.map(({ name }) => name)];
