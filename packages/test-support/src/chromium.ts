import { existsSync } from 'node:fs';
import process from 'node:process';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser that these tests drive: BEARMQ_CHROMIUM, or where systems install it; `null` where there is none. */
export function findChromium(): string | null {
  const given = process.env['BEARMQ_CHROMIUM'] ?? '';
  if (given === '') return PLACES.find((place) => existsSync(place)) ?? null;
  if (!existsSync(given)) throw new Error(`BEARMQ_CHROMIUM is ${given}, and no such file is there`);
  return given;
}

export const NO_CHROMIUM: string = `skipped: no chromium in ${PLACES.join(', ')}; name one with BEARMQ_CHROMIUM`;
