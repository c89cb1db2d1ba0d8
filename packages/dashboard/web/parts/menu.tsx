import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

interface MenuProps {
  readonly label: string;
  readonly icon: IconName;
  /** Stays open when something in it is clicked. */
  readonly staysOpen?: boolean;
  readonly children: ComponentChildren;
}

/** Closes with Escape, with a click elsewhere, and with a choice. */
export function Menu({ label, icon, staysOpen = false, children }: MenuProps): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const menu = details.current;
      if (menu === null || !menu.open) return;
      const isInside = event.target instanceof Node && menu.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !isInside) menu.open = false;
    };
    document.addEventListener('keydown', close);
    document.addEventListener('click', close);
    return () => {
      document.removeEventListener('keydown', close);
      document.removeEventListener('click', close);
    };
  }, []);
  const choose = () => {
    if (!staysOpen && details.current !== null) details.current.open = false;
  };
  return (
    <details class="menu" ref={details}>
      <summary class="button" aria-label={label} title={label}>
        <Icon name={icon} />
      </summary>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons within are what is used; it only hears of it */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a button's click is also that of the keyboard */}
      <div class="panel" onClick={choose}>
        {children}
      </div>
    </details>
  );
}
