import { describe, expect, it } from '@jest/globals';
import { settled } from '../../test/support/manual-clock.ts';
import { EventBus } from './event-bus.ts';

interface Told {
  readonly eventType: string;
}

/** A bus of events that are nothing but their types. */
function busOf() {
  const errors: [unknown, string][] = [];
  const bus = new EventBus<Told>((error, { eventType }) => errors.push([error, eventType]));
  return {
    bus,
    errors,
    emit: (eventType: string) => bus.emit({ eventType }),
    subscribe: (handler: (eventType: string) => unknown, type?: string) =>
      bus.subscribe(({ eventType }) => handler(eventType), type),
  };
}

describe('an event bus', () => {
  it('calls each handler with each event, in order', () => {
    const { emit, subscribe } = busOf();
    const heard: string[] = [];
    subscribe((event) => heard.push(`a ${event}`));
    subscribe((event) => heard.push(`b ${event}`));
    emit('1');
    emit('2');
    expect(heard).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
  });

  it('calls a handler of one type with events of that type only, in its turn', () => {
    const { emit, subscribe } = busOf();
    const heard: string[] = [];
    subscribe((event) => heard.push(`a ${event}`), '1');
    subscribe((event) => heard.push(`b ${event}`));
    subscribe((event) => heard.push(`c ${event}`), '2');
    emit('1');
    emit('2');
    expect(heard).toEqual(['a 1', 'b 1', 'b 2', 'c 2']);
  });

  it('knows whether anybody listens, and to what', () => {
    const { bus, subscribe } = busOf();
    const heard = () => [bus.hears('a'), bus.hears('b')];
    expect(heard()).toEqual([false, false]);
    const [removeOne, removeOther] = [subscribe(() => {}, 'a'), subscribe(() => {}, 'a')];
    expect(heard()).toEqual([true, false]);
    const removeAll = subscribe(() => {});
    expect(heard()).toEqual([true, true]);
    removeAll();
    removeOne();
    expect(heard()).toEqual([true, false]);
    removeOther();
    expect(heard()).toEqual([false, false]);
  });

  it('calls a handler twice that was added twice, and removes one at a time', () => {
    const { bus, emit } = busOf();
    let calls = 0;
    const handler = () => (calls += 1);
    const [removeFirst] = [bus.subscribe(handler), bus.subscribe(handler)];
    emit('x');
    expect(calls).toBe(2);
    removeFirst();
    removeFirst();
    emit('x');
    expect(calls).toBe(3);
  });

  it('reports a handler that throws or rejects, whatever with, and goes on with the others', async () => {
    const { emit, subscribe, errors } = busOf();
    const heard: string[] = [];
    subscribe(() => {
      throw 'thrown';
    });
    subscribe(() => Promise.reject(new Error('rejected')));
    // biome-ignore lint/suspicious/noThenProperty: any thenable counts
    subscribe(() => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('thenable') }));
    subscribe((event) => heard.push(event));
    emit('x');
    await settled();
    expect(heard).toEqual(['x']);
    expect(errors).toEqual([
      ['thrown', 'x'],
      ['thenable', 'x'],
      [new Error('rejected'), 'x'],
    ]);
  });

  it('lets handlers be added and removed during an event, for the next one', () => {
    const { emit, subscribe } = busOf();
    const heard: string[] = [];
    const remove = subscribe((event) => {
      heard.push(`first ${event}`);
      remove();
      subscribe((later) => heard.push(`late ${later}`));
    });
    subscribe((event) => heard.push(`second ${event}`));
    emit('1');
    emit('2');
    expect(heard).toEqual(['first 1', 'second 1', 'second 2', 'late 2']);
  });
});
