/**
 * WebGPU without a graphics card: Chromium ships SwiftShader, a Vulkan driver that runs on the CPU. Slow, but it is
 * the real GPU code path. Drivers are chosen by environment, so such tests run in a child process.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DRIVER = 'vk_swiftshader_icd.json';

function folders(): string[] {
  const found = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
      found.push(dirname(realpathSync(path)));
    } catch {
      // not installed under this name
    }
  }
  if (process.env['CHROMIUM']) found.push(dirname(realpathSync(process.env['CHROMIUM'])));
  return found;
}

/**
 * Environment that makes Vulkan use SwiftShader; null when no Chromium is there to lend it. With `FOVEA_TEST_GPU=1` the
 * machine's own driver is left in place, so that the same tests run on its graphics card.
 */
export function swiftShaderEnv(): Record<string, string> | null {
  if (process.env['FOVEA_TEST_GPU'] === '1') return {};
  const folder = folders().find((candidate) => existsSync(join(candidate, DRIVER)));
  if (folder === undefined) return null;
  const driver = join(folder, DRIVER);
  // Chromium's folder also has the Vulkan loader, which a bare machine lacks.
  const libraries = [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: libraries };
}
