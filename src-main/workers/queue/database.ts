/**
 * The connection to the queue: pg-boss for chunks, and tables of our own beside it for runs, results and workers. Everything that
 * fails leaves as a FoveaError that says where, without the password.
 */
import { PgBoss } from 'pg-boss';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { QueueAddress } from './address.ts';
import { TABLES } from './tables.ts';

/** Schema of pg-boss's own tables. */
export const BOSS_SCHEMA = 'fovea_boss';

/** How often silent workers are looked for. */
const SUPERVISE_S = 10;

export interface QueueOptions {
  /** For the database's list of sessions. */
  readonly name: string;
  /** A database has some hundred for all; a hundred workers must not take them. */
  readonly connections: number;
  /** How often silent workers are looked for; default every 10 s. */
  readonly superviseSeconds?: number | undefined;
}

export type SqlValue = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[];

export class QueueDatabase {
  readonly boss: PgBoss;
  readonly address: QueueAddress;

  private constructor(boss: PgBoss, address: QueueAddress) {
    this.boss = boss;
    this.address = address;
  }

  /** Connects and makes the tables where there are none. @throws FoveaError `network`, `bad_input` */
  static async open(address: QueueAddress, options: QueueOptions): Promise<QueueDatabase> {
    const seconds = options.superviseSeconds ?? SUPERVISE_S;
    const boss = new PgBoss({
      connectionString: address.url,
      application_name: options.name,
      schema: BOSS_SCHEMA,
      max: options.connections,
      schedule: false,
      registerInstance: false,
      superviseIntervalSeconds: seconds,
      monitorIntervalSeconds: seconds,
    });
    // Unheard, a connection that breaks would end the process; whoever asks next hears of it.
    boss.on('error', () => undefined);
    const database = new QueueDatabase(boss, address);
    await database.#asking(async () => {
      await boss.start();
      await boss.getDb().executeSql(TABLES);
    });
    return database;
  }

  /** Rows of a statement, each parsed. @throws FoveaError `network`, `bad_input` for rows that are none of ours */
  async rows<T>(schema: z.ZodType<T>, text: string, values: readonly SqlValue[] = []): Promise<T[]> {
    const { rows } = await this.#asking(() => this.boss.getDb().executeSql(text, [...values]));
    const parsed = z.array(schema).safeParse(rows);
    if (parsed.success) return parsed.data;
    throw new FoveaError(
      'bad_input',
      `the queue holds something that is not Fovea's (${parsed.error.issues[0]?.message})`,
      {
        where: this.address.shown,
        next: 'Check what else writes to this database',
      },
    );
  }

  async run(text: string, values: readonly SqlValue[] = []): Promise<void> {
    await this.#asking(() => this.boss.getDb().executeSql(text, [...values]));
  }

  /** A call of pg-boss. @throws FoveaError as {@link queueError} */
  ask<T>(call: (boss: PgBoss) => Promise<T>): Promise<T> {
    return this.#asking(() => call(this.boss));
  }

  async close(): Promise<void> {
    await this.boss.stop({ graceful: false }).catch(() => undefined);
  }

  async #asking<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      throw queueError(thrown, this.address);
    }
  }
}

/** Whether it may be otherwise in a while: the database is away, full or restarting. */
export function passes(error: FoveaError): boolean {
  return error.code === 'network';
}

/** SQLSTATE classes: connection, resources, operator's intervention; and deadlocks and their like. */
const PASSING = /^(08|53|57|40|55)/;

function queueError(thrown: unknown, { shown }: QueueAddress): FoveaError {
  if (thrown instanceof FoveaError) return thrown;
  const code = codeOf(thrown);
  const words = thrown instanceof Error ? thrown.message || code : String(thrown);
  const said = { where: shown, cause: thrown } as const;
  if (/^(28|3D)/.test(code)) {
    return new FoveaError('unauthorized', `the queue's database refuses the login: ${words}`, {
      ...said,
      next: 'Check user, password and database of the address',
    });
  }
  if (/^42/.test(code)) {
    return new FoveaError('unauthorized', `the queue's database refuses: ${words}`, {
      ...said,
      next: 'The user needs the right to create schemas in this database',
    });
  }
  // A row that names a run which is not there; or pg-boss's words.
  if (code === '23503' || /^Queue .* does not exist/.test(words)) {
    return new FoveaError('not_found', 'the run is over, or was taken out of the queue', said);
  }
  if (/^[0-9A-Z]{5}$/.test(code) && !PASSING.test(code)) {
    return new FoveaError('internal', `the queue's database failed: ${words}`, said);
  }
  return new FoveaError('network', `the queue's database does not answer: ${words}`, {
    ...said,
    next: 'Check the address, the network, and whether PostgreSQL runs',
  });
}

function codeOf(thrown: unknown): string {
  const parsed = z.object({ code: z.string() }).safeParse(thrown);
  return parsed.success ? parsed.data.code : '';
}
