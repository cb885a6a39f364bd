import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './mosquitto.ts';

const program = ['chromium', 'chromium-browser', 'google-chrome'].map(findProgram).find((file) => file !== undefined);

/** For `{ skip: … }` of a suite: the reason, or false. Throws where the environment says that what tests need must be there. */
export function chromiumMissing(): string | false {
  if (program !== undefined) return false;
  const reason = 'no chromium or google-chrome is installed (apt-get install chromium)';
  if (process.env['MQTT_STRESS_REQUIRE_BROKERS'] === '1') throw new Error(reason);
  return reason;
}

/** Headless, and quiet: it asks nobody for updates. */
export function openChromium(): Promise<Browser> {
  const offline = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    ...(program !== undefined && { executablePath: program }),
    args: ['--disable-gpu', '--no-first-run', ...offline, ...root],
  });
}
