import { describe, expect, it } from '@jest/globals';
import { settled } from '../../test/support/manual-clock.ts';
import { EventBus } from './event-bus.ts';

function busOf() {
  const errors: [unknown, string][] = [];
  return { bus: new EventBus<string>((error, event) => errors.push([error, event])), errors };
}

describe('an event bus', () => {
  it('calls each handler with each event, in order', () => {
    const { bus } = busOf();
    const heard: string[] = [];
    bus.subscribe((event) => heard.push(`a ${event}`));
    bus.subscribe((event) => heard.push(`b ${event}`));
    bus.emit('1');
    bus.emit('2');
    expect(heard).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
  });

  it('knows whether anybody listens', () => {
    const { bus } = busOf();
    expect(bus.hasHandlers).toBe(false);
    const remove = bus.subscribe(() => {});
    expect(bus.hasHandlers).toBe(true);
    remove();
    expect(bus.hasHandlers).toBe(false);
  });

  it('calls a handler twice that was added twice, and removes one at a time', () => {
    const { bus } = busOf();
    let calls = 0;
    const handler = () => (calls += 1);
    const [removeFirst] = [bus.subscribe(handler), bus.subscribe(handler)];
    bus.emit('x');
    expect(calls).toBe(2);
    removeFirst();
    removeFirst();
    bus.emit('x');
    expect(calls).toBe(3);
  });

  it('reports a handler that throws or rejects, whatever with, and goes on with the others', async () => {
    const { bus, errors } = busOf();
    const heard: string[] = [];
    bus.subscribe(() => {
      throw 'thrown';
    });
    bus.subscribe(() => Promise.reject(new Error('rejected')));
    // biome-ignore lint/suspicious/noThenProperty: any thenable counts
    bus.subscribe(() => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('thenable') }));
    bus.subscribe((event) => heard.push(event));
    bus.emit('x');
    await settled();
    expect(heard).toEqual(['x']);
    expect(errors).toEqual([
      ['thrown', 'x'],
      ['thenable', 'x'],
      [new Error('rejected'), 'x'],
    ]);
  });

  it('lets handlers be added and removed during an event, for the next one', () => {
    const { bus } = busOf();
    const heard: string[] = [];
    const remove = bus.subscribe((event) => {
      heard.push(`first ${event}`);
      remove();
      bus.subscribe((later) => heard.push(`late ${later}`));
    });
    bus.subscribe((event) => heard.push(`second ${event}`));
    bus.emit('1');
    bus.emit('2');
    expect(heard).toEqual(['first 1', 'second 1', 'second 2', 'late 2']);
  });
});
