import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Attention } from '../../src/api-types.ts';
import { number, plural } from '../state/format.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { Card } from './page.tsx';
import { Sentence } from './time.tsx';

const words = texts.overview;

/** How many are shown before all are asked for. */
const SHOWN = 5;

/** What somebody should look at; the worst first, as the server says it. Of many a few, so that the charts stay in sight. */
export function AttentionList({ attention }: { readonly attention: readonly Attention[] }): JSX.Element {
  const [isWhole, setIsWhole] = useState(false);
  if (attention.length === 0) {
    return (
      <section class="card all-well" aria-label={words.attention}>
        <Icon name="check" />
        {words.allWell}
      </section>
    );
  }
  return (
    <Card title={words.attention} extra={<span class="muted small">{plural(attention.length, 'thing')}</span>}>
      <ul class="attention">
        {(isWhole ? attention : attention.slice(0, SHOWN)).map(({ kind, severity, subject, message, remedy, page }) => (
          <li key={`${kind} ${subject}`} class={`is-${severity}`}>
            <Icon name={severity === 'error' ? 'failures' : 'bolt'} />
            <div class="break">
              <span class="hidden-text">{texts.health[severity]}: </span>
              <strong>{subject}</strong> <Sentence text={message} />
              {remedy === null ? null : <div class="remedy">{remedy}</div>}
            </div>
            {page === null ? (
              <span />
            ) : (
              <Link href={page.startsWith('/') ? page : `/${page}`}>
                {words.look}
                <span class="hidden-text"> {subject}</span>
              </Link>
            )}
          </li>
        ))}
        {attention.length > SHOWN ? (
          <li class="is-rest">
            <button type="button" class="button-link" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
              {isWhole ? words.attentionFewer : words.attentionAll(number(attention.length))}
            </button>
          </li>
        ) : null}
      </ul>
    </Card>
  );
}
