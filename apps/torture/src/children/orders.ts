import type { Tell } from '../ledger/ledger-file.ts';
import type { Client } from './client.ts';
import type { Order, Word } from './config.ts';

/** Calls back for every order of one kind. */
export function onOrder<K extends Order['to']>(kind: K, act: (order: Order & { readonly to: K }) => void): void {
  process.on('message', (order: Order) => {
    if (order.to === kind) act(order as Order & { readonly to: K });
  });
}

/** Resolves at the first order of that kind. */
export function told<K extends Order['to']>(kind: K): Promise<Order & { readonly to: K }> {
  return new Promise((resolve) => onOrder(kind, (order) => resolve(order)));
}

export function say(word: Word): void {
  if (process.connected) process.send?.(word);
}

/** Keeps the client's connections from everybody else when told to, as a program with a leak does. */
export function hogWhenTold(client: Client, max: number, tell: Tell): void {
  onOrder('hog', ({ secs }) => {
    tell({ kind: 'hog', ms: secs * 1000 });
    // No connection to be had: then there is none for others either.
    for (let i = 0; i < max; i += 1) client.hold(secs).catch(() => {});
  });
}
