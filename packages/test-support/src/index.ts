export { violationsOf } from './axe.ts';
export { findChromium, NO_CHROMIUM } from './chromium.ts';
export { freePort } from './free-port.ts';
export { reasonOf } from './reason-of.ts';
export { percentile } from './statistics.ts';
export { rejectionOf, thrownBy } from './thrown.ts';
export { DEADLINE_MS, soon, until } from './waiting.ts';
