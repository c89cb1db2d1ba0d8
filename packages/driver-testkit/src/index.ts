export { driverConformance, sessionConformance } from './conformance.ts';
export type {
  Capabilities,
  CapabilityName,
  ConformanceReport,
  DriverHarness,
  OpenDriver,
  SessionFactory,
  SessionHarness,
  TestRunner,
  UnsupportedCase,
} from './harness.ts';
