/** Whom processes speak to beyond this machine, as Linux tells of it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `/proc/net/…` has addresses in hexadecimal, in the machine's order of bytes. */
const NOBODY = /^0+:/;
const LOOPBACK = /^(0100007F|0{8}0{8}0{8}01000000|0{8}0{8}FFFF00000100007F):/;

/** Far ends of TCP and UDP sockets of these processes that are neither unset nor on this machine, e.g. `0101A8C0:01BB`. */
export function remoteEnds(pids: readonly number[]): string[] {
  const own = new Set(pids.flatMap(socketsOf));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readFileSync(`/proc/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => own.has(fields[9] ?? ''))
      .map((fields) => fields[2] ?? '')
      .filter((far) => !NOBODY.test(far) && !LOOPBACK.test(far)),
  );
}

/** Inodes of a process's sockets; none of one that ended meanwhile. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
