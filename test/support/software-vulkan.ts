import { existsSync, readdirSync } from 'node:fs';

/** SwiftShader, a Vulkan device in software, with the Vulkan loader beside it: Debian's package chromium-common has both. */
const chromium = '/usr/lib/chromium';

/** Where a GPU shows itself; drivers alone do not tell, as a distribution installs all of Mesa's at once. */
const devices = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'];
const driverFolders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/**
 * Environment in which WebGPU finds a device: nothing where the machine has a GPU and a Vulkan driver, or names one, else SwiftShader, where it is installed.
 * The loader is found through LD_LIBRARY_PATH, which a process reads when it starts.
 */
export function softwareVulkan(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  if (environment.VK_ICD_FILENAMES !== undefined || environment.VK_DRIVER_FILES !== undefined) return {};
  const hasDriver = driverFolders.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  if (hasDriver && devices.some((device) => existsSync(device))) return {};
  const driver = `${chromium}/vk_swiftshader_icd.json`;
  if (!existsSync(driver)) return {};
  const libraries = [chromium, environment.LD_LIBRARY_PATH].filter((path) => path !== undefined && path !== '');
  return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries.join(':') };
}
