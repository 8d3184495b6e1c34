/** Runs the tests' Python scripts with the system's Python and NumPy, and says what to install when they are missing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** Standard output of `test/golden/<script>`. Throws with the package's name when Python or NumPy is not there. */
export async function python(script: string, args: readonly string[]): Promise<string> {
  const file = fileURLToPath(new URL(`../golden/${script}`, import.meta.url));
  try {
    const { stdout } = await run(PYTHON, [file, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || stderr.includes("No module named 'numpy'")) {
      throw new Error('this test needs Python 3 with NumPy: apt-get install python3-numpy', { cause: error });
    }
    throw new Error(`${script} failed: ${stderr}`, { cause: error });
  }
}
