/**
 * The schemas that a project was ever written with, and the last commit that wrote each: the one before the next migration came.
 * Version 19 never stood alone: 19 and 20 came with one commit.
 */
export interface Version {
  /** The folder. */
  readonly name: string;
  /** `user_version` of `project.db` and of `maps.db`. */
  readonly project: number;
  readonly maps: number;
  readonly commit: string;
}

export const VERSIONS: readonly Version[] = [
  { name: '01-maps-1', project: 1, maps: 1, commit: 'cba73e3a19de' },
  { name: '01', project: 1, maps: 2, commit: '4beea1c53f51' },
  { name: '02', project: 2, maps: 2, commit: '7b822e1a1e64' },
  { name: '03', project: 3, maps: 2, commit: '20086aa5c1ea' },
  { name: '04', project: 4, maps: 2, commit: '3130dc4facd8' },
  { name: '05', project: 5, maps: 2, commit: '3a84e89d2c22' },
  { name: '06', project: 6, maps: 2, commit: 'bbff0690cc80' },
  { name: '07', project: 7, maps: 2, commit: '9cb23ee7d1af' },
  { name: '08', project: 8, maps: 2, commit: 'f86c99291485' },
  { name: '09', project: 9, maps: 2, commit: 'a32471141553' },
  { name: '10', project: 10, maps: 2, commit: 'dc85a0cb2611' },
  { name: '11', project: 11, maps: 2, commit: '07957395951f' },
  { name: '12', project: 12, maps: 2, commit: 'e82d5c539822' },
  { name: '13', project: 13, maps: 2, commit: '5e29c9482741' },
  { name: '14', project: 14, maps: 2, commit: 'b4c4e4ad9030' },
  { name: '15', project: 15, maps: 2, commit: '45b77c05b4ee' },
  { name: '16', project: 16, maps: 2, commit: '15bece4a3b9d' },
  { name: '17', project: 17, maps: 2, commit: 'b57603f18e53' },
  { name: '18', project: 18, maps: 2, commit: '7019ed661521' },
  { name: '20', project: 20, maps: 2, commit: 'a5cce632d49e' },
  { name: '21', project: 21, maps: 3, commit: '9fc2318e1981' },
  { name: '22', project: 22, maps: 3, commit: '3feed8b60d39' },
  { name: '23', project: 23, maps: 3, commit: 'e6b4bda9a926' },
  { name: '24', project: 24, maps: 3, commit: 'fc3518523139' },
  { name: '25', project: 25, maps: 3, commit: '0a1ba9a2631a' },
];

/** Of these no project was ever written. */
export const NEVER_ALONE: readonly number[] = [19];

/** Where they were made: the folder of their pictures lies there. */
export const MADE_IN = '/tmp/fovea-golden';
