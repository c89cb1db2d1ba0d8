export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export type { Finding, FindingKind } from './finding.ts';
export { examine, type Health } from './health.ts';
export type { HorizonHolder } from './horizon-holders.ts';
export type { Storage, TableSize } from './storage.ts';
