import process from 'node:process';
import { findChromium, NO_CHROMIUM } from '@bearmq/test-support';
import { describe, test } from '@jest/globals';
import { describeContents } from './contents.ts';
import { describeJourneys } from './journeys.ts';
import { describePages } from './pages.ts';
import { describeProxies } from './proxies.ts';
import { useSite } from './support/site.ts';
import { describeWays } from './ways.ts';

// One file, so that there is one browser: starting it takes longer than most that is done with it.
if (findChromium() === null) {
  process.stderr.write(`${NO_CHROMIUM}\n`);
  describe.skip('in a browser', () => {
    test('nothing was tested', () => {});
  });
} else {
  const site = useSite();
  describePages(site);
  describeJourneys(site);
  describeWays(site);
  describeContents(site);
  describeProxies(site);
}
