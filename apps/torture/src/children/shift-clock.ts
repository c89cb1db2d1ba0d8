// Loaded before anything else in a process whose time of day is to be wrong. Timers and performance.now() are right.
const RealDate = Date;
const shiftMs = Number(process.env['TORTURE_CLOCK_SHIFT_MS']);
const now = (): number => RealDate.now() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
});
