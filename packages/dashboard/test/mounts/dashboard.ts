import { createDashboard, type Dashboard } from '@bearmq/dashboard';
import { type Queue, useQueue } from '../support/queue.ts';

export const queue: Queue = useQueue();

/** What the other files here mount, each as the documentation shows it. */
export const dashboard: Dashboard = createDashboard({ context: queue.context, authorize: 'open' });
