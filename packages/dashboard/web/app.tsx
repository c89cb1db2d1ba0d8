import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Route, Switch, useLocation } from 'wouter-preact';
import type { MetaAnswer } from '../src/api-types.ts';
import { FailuresPage } from './pages/failures.tsx';
import { GroupPage } from './pages/group.tsx';
import { GroupsPage } from './pages/groups.tsx';
import { HealthPage } from './pages/health.tsx';
import { JobPage } from './pages/job/job.tsx';
import { JobsPage } from './pages/jobs.tsx';
import { LanePage, LanesPage } from './pages/lanes.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { ProcessesPage, ProcessPage } from './pages/processes.tsx';
import { SchedulePage, SchedulesPage } from './pages/schedules.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { Page } from './parts/page.tsx';
import { Empty, Failed, Loading } from './parts/states.tsx';
import { Shell } from './shell.tsx';
import { plainPart } from './state/location.ts';
import { meta, useApi } from './state/queries.ts';
import { texts } from './texts.ts';

/** Nothing is drawn before the server has said who is asking, and what they may do. */
export function App(): JSX.Element {
  const answer = useApi<MetaAnswer>('meta', { every: 15 });
  const { data, error, again } = answer;
  if (data === undefined) {
    return <main class="alone">{error === null ? <Loading lines={8} /> : <Failed error={error} again={again} />}</main>;
  }
  meta.set(data);
  return (
    <Shell>
      <Pages />
    </Shell>
  );
}

function Pages(): JSX.Element {
  const [path] = useLocation();
  useEffect(() => window.scrollTo(0, 0), [path]);
  return (
    <Switch>
      <Route path="/">{() => <OverviewPage />}</Route>
      <Route path="/lanes">{() => <LanesPage />}</Route>
      <Route path="/lanes/:channel/:name">
        {({ channel, name }) => <LanePage key={path} channel={plainPart(channel)} jobName={plainPart(name)} />}
      </Route>
      <Route path="/jobs">{() => <JobsPage />}</Route>
      <Route path="/jobs/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
      <Route path="/failures">{() => <FailuresPage />}</Route>
      <Route path="/groups">{() => <GroupsPage />}</Route>
      <Route path="/groups/:name">{({ name }) => <GroupPage key={name} name={plainPart(name)} />}</Route>
      <Route path="/schedules">{() => <SchedulesPage />}</Route>
      <Route path="/schedules/:name/:key">
        {({ name, key }) => <SchedulePage key={path} jobName={plainPart(name)} name={plainPart(key)} />}
      </Route>
      <Route path="/processes">{() => <ProcessesPage />}</Route>
      <Route path="/processes/:id">{({ id }) => <ProcessPage key={id} id={id} />}</Route>
      <Route path="/health">{() => <HealthPage />}</Route>
      <Route path="/settings">{() => <SettingsPage />}</Route>
      <Route>
        {() => (
          <Page title={texts.common.noPage}>
            <Empty title={texts.common.noPage} text={texts.common.noPageText} icon="search" />
          </Page>
        )}
      </Route>
    </Switch>
  );
}
