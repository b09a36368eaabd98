import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const candidates = [process.env.MFNC_TEST_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine; undefined where there is none. MFNC_TEST_CHROMIUM names another. */
export const chromiumPath = candidates.find((path) => path !== undefined && existsSync(path));

/** Why tests in a browser are skipped here. */
export const chromiumMissing = chromiumPath === undefined ? 'no Chromium here; MFNC_TEST_CHROMIUM names one' : undefined;

/**
 * Starts a headless browser with a profile of its own that talks to nobody but the pages it is given.
 * @param switches further ones of Chromium's command line.
 */
export async function startChromium(switches: readonly string[] = []): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'mfnc-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath ?? 'chromium',
    headless: true,
    chromiumSandbox: false,
    args: [
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...switches,
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
