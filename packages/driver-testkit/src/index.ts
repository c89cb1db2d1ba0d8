export { driverConformance } from './conformance.ts';
export type {
  Capabilities,
  CapabilityName,
  ConformanceReport,
  DriverHarness,
  OpenDriver,
  SessionFactory,
  TestRunner,
  UnsupportedCase,
} from './harness.ts';
