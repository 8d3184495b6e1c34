/** One step from schema version `version - 1` to `version`. Once released it is never edited; a change is a new one. */
export interface Migration {
  readonly version: number;
  readonly slug: string;
  /** Statements run in one transaction together with `PRAGMA user_version = version`. */
  readonly sql: string;
}
