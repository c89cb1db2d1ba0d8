import type { ComponentChildren, JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { CountAnswer } from '../../src/api-types.ts';
import { number } from '../state/format.ts';
import { Icon, type IconName } from './icon.tsx';

interface TileProps {
  readonly label: string;
  readonly icon: IconName;
  readonly value: ComponentChildren;
  readonly sub?: ComponentChildren;
  readonly tone?: 'red' | 'amber' | undefined;
  readonly to?: string;
}

export function Tile({ label, icon, value, sub, tone, to }: TileProps): JSX.Element {
  const inside = (
    <>
      <span class="label">
        <Icon name={icon} />
        {label}
      </span>
      <span class="value">{value}</span>
      <span class="sub">{sub}</span>
    </>
  );
  const look = `card tile ${tone ?? ''}`;
  return to === undefined ? (
    <div class={look}>{inside}</div>
  ) : (
    <Link href={to} class={look}>
      {inside}
    </Link>
  );
}

/** How many; `10,000+` where they were not counted further. */
export function countText({ value, isAtLeast }: CountAnswer): string {
  return `${number(value)}${isAtLeast && value > 0 ? '+' : ''}`;
}

interface BarProps {
  readonly share: number;
  readonly tone?: 'amber' | 'red' | undefined;
}

/** How much of something is used; the figures stand beside it. */
export function Bar({ share, tone }: BarProps): JSX.Element {
  const width = `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`;
  return (
    <span class={`bar ${tone ?? ''}`} aria-hidden="true">
      <i style={{ width }} />
    </span>
  );
}
