/** Switches inside Electron's program, set once when it is packed. */
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/** As `electron-builder` names them. */
export const FUSES = {
  // Engine and trainer are plain Node processes of the same program.
  runAsNode: true,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  // Looked at on Windows and macOS, where the archive's hash lies in the signed program; Electron on Linux has no such place.
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  // There is none.
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
} as const;

export type FuseName = keyof typeof FUSES;

const OPTIONS: Readonly<Record<FuseName, FuseV1Options>> = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
};
const NAMES = Object.keys(OPTIONS) as FuseName[];
/** `FuseState.ENABLE`, which that package keeps to itself. */
const ON = '1'.charCodeAt(0);

/** Sets {@link FUSES} in a copy of Electron's program. */
export async function setFuses(program: string): Promise<void> {
  const wire = Object.fromEntries(NAMES.map((name) => [OPTIONS[name], FUSES[name]]));
  await flipFuses(program, { version: FuseVersion.V1, ...wire });
}

/** How they are set in a program. */
export async function readFuses(program: string): Promise<Record<FuseName, boolean>> {
  const wire = await getCurrentFuseWire(program);
  return Object.fromEntries(NAMES.map((name) => [name, Number(wire[OPTIONS[name]]) === ON])) as Record<
    FuseName,
    boolean
  >;
}
