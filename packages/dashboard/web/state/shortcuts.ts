import { useLayoutEffect, useRef } from 'preact/hooks';

type Action = () => void;

/** What each key does now; the latest to ask for a key has it. A key after `g` is written with it: `g j`. */
const actions = new Map<string, Action[]>();
const AFTER_G_MS = 1_500;
let gAt = Number.NEGATIVE_INFINITY;

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector('dialog[open]') !== null) return;
  const isAfterG = event.timeStamp - gAt < AFTER_G_MS;
  gAt = event.key === 'g' && !isAfterG ? event.timeStamp : Number.NEGATIVE_INFINITY;
  const action = actions.get(isAfterG ? `g ${event.key}` : event.key)?.at(-1);
  if (action === undefined) return;
  event.preventDefault();
  action();
});

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Has keys do something for as long as what asks for it is on the page. */
export function useShortcuts(keys: Readonly<Record<string, Action | undefined>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  const names = Object.keys(keys)
    .filter((key) => keys[key] !== undefined)
    .join('\n');
  // At once with what is shown: a key that is pressed as soon as it can be seen to do something does it.
  useLayoutEffect(() => {
    const added = names.split('\n').map((key): [string, Action] => [key, () => latest.current[key]?.()]);
    for (const [key, action] of added) actions.set(key, [...(actions.get(key) ?? []), action]);
    return () => {
      for (const [key, action] of added) {
        actions.set(
          key,
          (actions.get(key) ?? []).filter((one) => one !== action),
        );
      }
    };
  }, [names]);
}
