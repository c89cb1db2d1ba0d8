import { describe, expect, it } from '@jest/globals';
import { JobMeter } from './job-meter.ts';

/** A meter that has seen jobs of one duration and size for long enough to believe it. */
function steady(durationMs: number, chars: number = 100): JobMeter {
  const meter = new JobMeter(0);
  for (let now = 100; now <= 5_000; now += 100) {
    meter.measure(durationMs, chars);
    meter.update(now);
  }
  return meter;
}

describe('how far ahead to claim', () => {
  it('is not at all before anything is known', () => {
    const meter = new JobMeter(0);
    expect(meter.ahead(100)).toBe(0);
    expect(meter.maxPerGroup).toBe(1);
    meter.update(1_000);
    expect(meter.ahead(100)).toBe(0);
  });

  it('is not at all for jobs that take long', () => {
    const meter = steady(2_000);
    expect(meter.ahead(1)).toBe(0);
    expect(meter.maxPerGroup).toBe(1);
  });

  it('is what the slots work off in some tens of milliseconds, with a limit', () => {
    const meter = steady(5);
    expect(meter.ahead(1)).toBeGreaterThan(1);
    expect(meter.ahead(4)).toBeGreaterThan(meter.ahead(1));
    expect(steady(1).ahead(4)).toBeGreaterThan(meter.ahead(4));
    expect(steady(0).ahead(100)).toBeLessThanOrEqual(1_000);
    expect(steady(0).maxPerGroup).toBeLessThanOrEqual(200);
  });

  it('is less for large payloads: they wait in memory', () => {
    expect(steady(0, 1_000).ahead(100)).toBe(steady(0).ahead(100));
    expect(steady(0, 1_000_000).ahead(100)).toBe(16);
    expect(steady(0, 1_000_000).maxPerGroup).toBe(16);
    expect(steady(0, 64_000_000).ahead(100)).toBe(0);
    expect(steady(0, 64_000_000).maxPerGroup).toBe(1);
  });

  it('is what is really worked off, where jobs wait for each other: they keep the event loop busy', () => {
    const meter = steady(5);
    for (let now = 5_100; now <= 10_000; now += 100) {
      for (let job = 0; job < 20; job += 1) meter.measure(5, 100);
      meter.update(now, true);
    }
    expect(meter.ahead(100)).toBe(20);
    meter.measure(5, 100);
    meter.update(10_100);
    expect(meter.ahead(100)).toBe(1_000);
  });

  it('follows when jobs become slow', () => {
    const meter = steady(1);
    for (let now = 6_000; now <= 16_000; now += 1_000) {
      meter.measure(1_000, 100);
      meter.update(now);
    }
    expect(meter.ahead(1)).toBe(0);
    expect(meter.maxPerGroup).toBe(1);
  });
});
