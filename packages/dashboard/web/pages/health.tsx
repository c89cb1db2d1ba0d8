import type { JSX } from 'preact';
import type { HealthAnswer } from '../../src/api-types.ts';
import { Badge } from '../parts/badge.tsx';
import { Copy } from '../parts/copy.tsx';
import { Icon } from '../parts/icon.tsx';
import { Card, Fact, Page } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Sentence } from '../parts/time.tsx';
import { plural } from '../state/format.ts';
import { useApi, useMeta } from '../state/queries.ts';
import { texts } from '../texts.ts';
import { Horizon, Tables } from './storage.tsx';

const words = texts.health;

export function HealthPage(): JSX.Element {
  const answer = useApi<HealthAnswer>('health', { every: 5 });
  const { schema, release, features } = useMeta();
  if (!features.includes('health')) {
    return (
      <Page title={texts.nav.health}>
        <Card>
          <Empty title={words.notHere} text={words.notHereText} icon="health" />
        </Card>
      </Page>
    );
  }
  return (
    <Page title={texts.nav.health}>
      <Loaded answer={answer}>
        {({ findings, migrations, tables, horizon }) => (
          <>
            <Card
              title={words.findings}
              extra={<span class="muted small">{findings.length === 0 ? '' : plural(findings.length, 'finding')}</span>}
            >
              {findings.length === 0 ? (
                <div class="all-well">
                  <Icon name="check" />
                  {words.allWell}
                </div>
              ) : (
                <ul class="attention">
                  {findings.map(({ kind, severity, subject, message, remedy }) => (
                    <li key={`${kind} ${subject}`} class={`is-${severity}`}>
                      <Icon name={severity === 'error' ? 'failures' : 'bolt'} />
                      <div class="break">
                        <strong>{subject}</strong>{' '}
                        <Badge
                          tone={severity === 'error' ? 'red' : 'amber'}
                          icon={severity === 'error' ? 'cross' : 'bolt'}
                        >
                          {words[severity]}
                        </Badge>
                        <div>
                          <Sentence text={message} />
                        </div>
                        <div class="remedy">{remedy}</div>
                      </div>
                      <Copy text={remedy} label={words.copyRemedy} />
                    </li>
                  ))}
                </ul>
              )}
            </Card>
            <Horizon horizon={horizon} />
            <Tables tables={tables} />
            <Card title={words.schema}>
              <div class="body">
                <dl class="facts">
                  <Fact label={words.schemaName}>
                    <code>{schema}</code>
                  </Fact>
                  <Fact label={words.version}>{words.versionOf(migrations.current, migrations.latest)}</Fact>
                  <Fact label={words.pending}>
                    {migrations.pending.length === 0
                      ? words.noPending
                      : migrations.pending.map(({ version, name }) => `${version} ${name}`).join(', ')}
                  </Fact>
                  <Fact label={words.release}>{release}</Fact>
                </dl>
              </div>
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}
