import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import type { OverviewAnswer } from '../src/api-types.ts';
import { Help } from './parts/help.tsx';
import { Bear, Icon, type IconName } from './parts/icon.tsx';
import { Toasts } from './parts/toasts.tsx';
import { mount } from './state/api.ts';
import { useApi, useMeta, useRefreshMs } from './state/queries.ts';
import { isPaused, togglePause, useIsRefreshing } from './state/refresh.ts';
import { useShortcuts } from './state/shortcuts.ts';
import { useStore } from './state/store.ts';
import { texts } from './texts.ts';

const words = texts.nav;

/** Each with the key that, after `g`, goes there. */
const PAGES = [
  { to: '/', label: words.overview, icon: 'overview', key: 'o' },
  { to: '/jobs', label: words.jobs, icon: 'jobs', key: 'j' },
  { to: '/lanes', label: words.lanes, icon: 'lanes', key: 'l' },
  { to: '/failures', label: words.failures, icon: 'failures', key: 'f' },
  { to: '/groups', label: words.groups, icon: 'groups', key: 'g' },
  { to: '/schedules', label: words.schedules, icon: 'schedules', key: 's' },
  { to: '/processes', label: words.processes, icon: 'processes', key: 'p' },
  { to: '/health', label: words.health, icon: 'health', key: 'h' },
  { to: '/settings', label: words.settings, icon: 'settings', key: ',' },
] as const satisfies readonly { to: string; label: string; icon: IconName; key: string }[];

export function Shell({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { title, environment, release, schema, access } = useMeta();
  const [path, navigate] = useLocation();
  const [isHelping, setHelping] = useState(false);
  const nav = useRef<HTMLElement>(null);
  // On narrow screens it scrolls: where one is can be seen.
  useLayoutEffect(() => {
    const here = nav.current?.querySelector<HTMLElement>('[aria-current]');
    if (nav.current == null || here == null) return;
    nav.current.scrollLeft = here.offsetLeft - (nav.current.clientWidth - here.offsetWidth) / 2;
  }, [path]);
  useShortcuts({
    ...Object.fromEntries(PAGES.map(({ to, key }) => [`g ${key}`, () => navigate(to)])),
    '.': togglePause,
    '?': () => setHelping(true),
  });
  const isHere = (to: string) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`));
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <div class="side">
        <Link href="/" class="brand">
          <Bear />
          {title}
        </Link>
        {environment === null ? null : (
          <div class={`environment ${environment === 'production' ? 'is-production' : ''}`}>{environment}</div>
        )}
        <Sources />
        <nav class="nav" ref={nav} aria-label={words.pages}>
          <ul>
            {PAGES.map(({ to, label, icon }) => (
              <li key={to}>
                <Link href={to} aria-current={isHere(to) ? 'page' : undefined}>
                  <Icon name={icon} />
                  {label}
                  {to === '/health' ? <Findings /> : null}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="side-end">
          <Live />
          <button type="button" class="live" onClick={() => setHelping(true)}>
            <kbd>?</kbd> {words.help}
          </button>
          <div class="about break">
            {words.about(release, schema)}
            <br />
            {access.allow.length === 0 ? words.readOnly : access.actor === null ? null : words.as(access.actor)}
          </div>
        </div>
      </div>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Toasts />
      {isHelping ? <Help pages={PAGES} onClose={() => setHelping(false)} /> : null}
    </div>
  );
}

/** How many findings the doctor has; errors before warnings. */
function Findings(): JSX.Element | null {
  const findings = useApi<OverviewAnswer>('overview', { every: 2 }).data?.findings;
  if (findings == null || findings.errors + findings.warnings === 0) return null;
  const { errors, warnings } = findings;
  return (
    <span class={`count ${errors === 0 ? 'is-warning' : ''}`}>
      {errors === 0 ? warnings : errors}
      <span class="hidden-text"> {errors === 0 ? texts.health.warning : texts.health.error}</span>
    </span>
  );
}

/** Whether the page looks for news by itself, and the way to have it not. */
function Live(): JSX.Element {
  const paused = useStore(isPaused);
  const isRefreshing = useIsRefreshing();
  const { error } = useApi<OverviewAnswer>('overview', { every: 2 });
  const secs = useRefreshMs() / 1000;
  const text = paused
    ? words.pausedRefresh
    : error !== null
      ? words.notAnswering
      : isRefreshing
        ? words.live(secs)
        : words.held;
  const look = paused ? 'is-paused' : error !== null ? 'is-stale' : '';
  return (
    <button type="button" class={`live ${look}`} aria-pressed={paused} title={words.pauseRefresh} onClick={togglePause}>
      <span class="dot" aria-hidden="true" />
      {text}
    </button>
  );
}

/** Of several queues the one to look at; going to another loads the page anew, so that nothing of this one is left. */
function Sources(): JSX.Element | null {
  const { sources, source } = useMeta();
  if (sources.length < 2) return null;
  return (
    <select
      aria-label={words.source}
      value={source ?? ''}
      onChange={(event) => location.assign(`${mount}/@${encodeURIComponent(event.currentTarget.value)}/`)}
    >
      {sources.map((label) => (
        <option key={label} value={label}>
          {label}
        </option>
      ))}
    </select>
  );
}
