import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useMeta } from '../state/queries.ts';

interface PageProps {
  readonly title: string;
  readonly heading?: ComponentChildren;
  /** The page above this one. */
  readonly up?: { readonly to: string; readonly label: string };
  /** At the end of the line of the page above. */
  readonly beside?: ComponentChildren;
  /** Beneath the heading. */
  readonly sub?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, heading, up, beside, sub, actions, children }: PageProps): JSX.Element {
  const { title: site } = useMeta();
  useEffect(() => {
    document.title = `${title} · ${site}`;
  }, [title, site]);
  return (
    <>
      <div class="page-head">
        {up === undefined ? null : (
          <div class="crumbs row">
            <nav aria-label={up.label}>
              <Link href={up.to}>{up.label}</Link>
            </nav>
            {beside}
          </div>
        )}
        <h1 class="break">{heading ?? title}</h1>
        {actions}
        {sub === undefined ? null : <div class="sub">{sub}</div>}
      </div>
      <div class="stack">{children}</div>
    </>
  );
}

interface CardProps {
  readonly title?: ComponentChildren;
  readonly extra?: ComponentChildren;
  readonly label?: string;
  readonly children: ComponentChildren;
}

export function Card({ title, extra, label, children }: CardProps): JSX.Element {
  return (
    <section class="card" aria-label={label}>
      {title === undefined ? null : (
        <header>
          <h2>{title}</h2>
          {extra}
        </header>
      )}
      {children}
    </section>
  );
}

export function Fact({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
