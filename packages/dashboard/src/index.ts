export type { Access } from './access.ts';
export type { Action, PayloadMode } from './actions.ts';
export { createDashboard, type Dashboard } from './dashboard.ts';
export type { AuditRecord, DashboardContext, DashboardOptions, Health, OutputKind, TraceContext } from './options.ts';
