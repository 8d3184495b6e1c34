/** What a host gives the backend at start. */
import type { WireError } from '../../src-shared/contract/errors.ts';
import type { Engine } from '../engine/protocol.ts';
import type { Invited } from '../../src-shared/contract/procedures.ts';
import type { Role } from '../../src-shared/contract/role.ts';
import type { PathRules } from './given-paths.ts';
import type { TrainingEnvironment } from '../../src-shared/contract/training.ts';
import type { StartTrainer } from '../jobs/queue/queue.ts';
import type { Resources } from '../jobs/presets/resources.ts';

/** Invitations to a project, by its path. */
export interface People {
  list(project: string): Promise<Invited[]>;
  /** @returns the link, which is told this once; whether the project is served there now. @throws FoveaError `conflict` */
  invite(
    project: string,
    wish: { readonly name: string; readonly role: Role },
  ): Promise<{ readonly url: string; readonly served: boolean }>;
  /** @throws FoveaError `not_found` */
  revoke(project: string, name: string): Promise<void>;
}

export interface BackendOptions {
  /** Stays the caller's: `dispose` leaves it running. */
  readonly engine: Engine;
  /** A project to open at once, or null. */
  readonly projectPath: string | null;
  readonly host: 'electron' | 'browser' | 'test';
  readonly version: string;
  /** How an RPN is trained, and by which versions of what computes. Default: not at all. */
  readonly training?: {
    readonly start: StartTrainer;
    readonly versions: Pick<TrainingEnvironment, 'fovea' | 'onnxruntime'>;
  };
  /** The name decisions are signed with unless the page says otherwise. */
  readonly reviewer: string;
  readonly resources: Resources;
  /** Where `project.demo` puts its project when the page names no folder. Default: `~/Fovea demo`. */
  readonly demoProjectDir?: string;
  /** Where the list of models and the downloads lie. Default: `~/Fovea`. */
  readonly dataDir?: string;
  /** What a page's paths are meant from and stay under. Default: this process's folder, and anywhere. */
  readonly paths?: PathRules;
  /** Who else comes in to a project. Default: nobody can. */
  readonly people?: People;
  /** Bytes that what pages bring in may take in a project. Default: `UPLOAD_BUDGET`. */
  readonly uploadBudget?: number;
  /** Why the backend before this one ended, when one did. */
  readonly ended?: WireError | null;
  /** Where preferences are kept. Default: nowhere. */
  readonly preferencesFile?: string;
  /** Where the projects opened last are remembered. Default: nowhere. */
  readonly recentFile?: string;
}
