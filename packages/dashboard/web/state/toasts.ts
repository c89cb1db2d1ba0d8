import { Store } from './store.ts';

export interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'error';
  readonly text: string;
}

export const toasts = new Store<readonly Toast[]>([]);

const SHOWN_MS = { done: 5_000, error: 12_000 };
let nextId = 1;

/** Says for a while what was done, or why it was not. */
export function tell(kind: Toast['kind'], text: string): void {
  const toast = { id: nextId++, kind, text };
  toasts.set([...toasts.get().slice(-3), toast]);
  setTimeout(() => dismiss(toast.id), SHOWN_MS[kind]);
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}
